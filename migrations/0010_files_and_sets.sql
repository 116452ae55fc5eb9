ALTER TABLE "run_records" ADD COLUMN "files" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "files" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "sets" jsonb;