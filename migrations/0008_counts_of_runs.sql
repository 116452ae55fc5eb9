DROP INDEX "run_records_of_record";--> statement-breakpoint
DROP INDEX "run_records_ledger";--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "verification" jsonb;--> statement-breakpoint
CREATE INDEX "run_records_ledger" ON "run_records" USING btree ("workspace_id","run_id","object","outcome","step");