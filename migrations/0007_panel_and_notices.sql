ALTER TABLE "webhook_events" ADD COLUMN "processed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "installations" ADD COLUMN "reported_health" text;--> statement-breakpoint
CREATE INDEX "webhook_events_open" ON "webhook_events" USING btree ("workspace_id") WHERE processed_at is null;--> statement-breakpoint
CREATE INDEX "id_map_number" ON "id_map" USING btree ("workspace_id",lower("display_id"));--> statement-breakpoint
CREATE INDEX "id_map_typed_id" ON "id_map" USING btree ("workspace_id",lower("source_id"));--> statement-breakpoint
CREATE INDEX "run_records_of_record" ON "run_records" USING btree ("workspace_id","object","source_id","id");--> statement-breakpoint
CREATE INDEX "source_records_number" ON "source_records" USING btree ("workspace_id",lower("display_id"));--> statement-breakpoint
CREATE INDEX "source_records_typed_id" ON "source_records" USING btree ("workspace_id",lower("source_id"));