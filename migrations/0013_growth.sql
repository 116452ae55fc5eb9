CREATE INDEX "id_map_unfinished" ON "id_map" USING btree ("workspace_id") WHERE loaded_hash like '%!unfinished';--> statement-breakpoint
CREATE INDEX "load_journal_undone" ON "load_journal" USING btree ("workspace_id","object") WHERE step in ('undo:archive', 'undo:delete');--> statement-breakpoint
CREATE INDEX "run_records_gaps" ON "run_records" USING btree ("run_id") WHERE warnings @> '[{"code": "parent_missing", "stage": "load"}]';--> statement-breakpoint
CREATE INDEX "run_records_later" ON "run_records" USING btree ("run_id","object","step","not_before") WHERE not_before is not null;