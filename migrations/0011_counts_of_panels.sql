ALTER TABLE "runs" ADD COLUMN "counts" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "counted_at" timestamp with time zone;