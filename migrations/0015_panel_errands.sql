CREATE TABLE "panel_errands" (
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"requested_by" text NOT NULL,
	"input" text,
	"state" text NOT NULL,
	"code" text,
	"message" text,
	"field" text,
	"checks" jsonb,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "panel_errands_workspace_id_kind_pk" PRIMARY KEY("workspace_id","kind")
);
