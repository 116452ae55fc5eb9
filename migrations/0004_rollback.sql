ALTER TABLE "run_records" ADD COLUMN "undo" jsonb;--> statement-breakpoint
ALTER TABLE "run_records" ADD COLUMN "undone_by" uuid;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "rolled_back_by" uuid;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "undo" jsonb;