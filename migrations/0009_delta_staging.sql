ALTER TABLE "source_records" ADD COLUMN "prior_aliases" text[];--> statement-breakpoint
ALTER TABLE "source_records" ADD COLUMN "changed_in_run" uuid;