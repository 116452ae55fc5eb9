ALTER TABLE "run_records" ADD COLUMN "source_hash" text;--> statement-breakpoint
ALTER TABLE "run_records" ADD COLUMN "look" jsonb;--> statement-breakpoint
ALTER TABLE "run_records" ADD COLUMN "take" text;--> statement-breakpoint
ALTER TABLE "source_records" ADD COLUMN "row_hash" text;--> statement-breakpoint
CREATE INDEX "run_records_record" ON "run_records" USING btree ("workspace_id","object","source_id","id");