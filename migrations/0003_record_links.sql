CREATE TABLE "record_links" (
	"workspace_id" text NOT NULL,
	"from_object" text NOT NULL,
	"from_id" text NOT NULL,
	"field" text NOT NULL,
	"to_object" text NOT NULL,
	"to_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"state" text NOT NULL,
	"code" text,
	"verified_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_links_pk" PRIMARY KEY("workspace_id","from_object","from_id","field","to_object","to_id")
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "edges" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "record_links_to" ON "record_links" USING btree ("workspace_id","to_object","to_id");--> statement-breakpoint
CREATE INDEX "record_links_run" ON "record_links" USING btree ("run_id","state");