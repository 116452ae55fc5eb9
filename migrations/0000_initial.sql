CREATE TABLE "agent_reports" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"admin_id" text NOT NULL,
	"conversation_id" text NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"admin_id" text NOT NULL,
	"action" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasure_receipts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"counts" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_events" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"topic" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "confirmations" (
	"workspace_id" text NOT NULL,
	"check_id" text NOT NULL,
	"note" text NOT NULL,
	"admin_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "confirmations_workspace_id_check_id_pk" PRIMARY KEY("workspace_id","check_id")
);
--> statement-breakpoint
CREATE TABLE "installations" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"region" text NOT NULL,
	"timezone" text NOT NULL,
	"admin_id" text NOT NULL,
	"access_token" text,
	"state" text DEFAULT 'active' NOT NULL,
	"installed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"uninstalled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "oauth_states" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"browser_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"admin_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"values" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "teammates" (
	"workspace_id" text NOT NULL,
	"admin_id" text NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"has_inbox_seat" boolean DEFAULT false NOT NULL,
	"role" text DEFAULT 'viewer' NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "teammates_workspace_id_admin_id_pk" PRIMARY KEY("workspace_id","admin_id")
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"class" text NOT NULL,
	"field" text NOT NULL,
	"expected" jsonb,
	"actual" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"repaired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "id_map" (
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"display_id" text,
	"resource" text NOT NULL,
	"destination_id" text NOT NULL,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text NOT NULL,
	"origin" text NOT NULL,
	"loaded_hash" text,
	"created_in_run" uuid NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "id_map_workspace_id_object_source_id_pk" PRIMARY KEY("workspace_id","object","source_id")
);
--> statement-breakpoint
CREATE TABLE "load_journal" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"step" text NOT NULL,
	"operation" text NOT NULL,
	"state" text NOT NULL,
	"identity" jsonb NOT NULL,
	"prior" jsonb,
	"destination_id" text,
	"result" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "prepared_items" (
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"destination_id" text NOT NULL,
	"origin" text NOT NULL,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"run_id" uuid,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prepared_items_workspace_id_kind_name_pk" PRIMARY KEY("workspace_id","kind","name")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"token" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"object" text NOT NULL,
	"step" text NOT NULL,
	"worker" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_budgets" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"call_limit" integer NOT NULL,
	"granted" integer DEFAULT 0 NOT NULL,
	"previous_granted" integer DEFAULT 0 NOT NULL,
	"window_ends_at" timestamp with time zone NOT NULL,
	"share_percent" integer NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_calls" (
	"run_id" uuid NOT NULL,
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"operation" text NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "run_calls_run_id_object_operation_pk" PRIMARY KEY("run_id","object","operation")
);
--> statement-breakpoint
CREATE TABLE "run_records" (
	"id" bigserial NOT NULL,
	"run_id" uuid NOT NULL,
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"display_id" text,
	"step" text NOT NULL,
	"outcome" text DEFAULT 'pending' NOT NULL,
	"mapped" jsonb,
	"mapped_hash" text,
	"unique_key" text,
	"warnings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"reason_code" text,
	"reason" jsonb,
	"waits_for" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone,
	"lease_token" uuid,
	"verification" jsonb,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "run_records_run_id_object_source_id_pk" PRIMARY KEY("run_id","object","source_id"),
	CONSTRAINT "run_records_id_unique" UNIQUE("id"),
	CONSTRAINT "run_records_outcome" CHECK (outcome in ('pending','created','updated','adopted','unchanged','rejected','waiting','excluded','waived')),
	CONSTRAINT "run_records_reason" CHECK ((outcome in ('rejected','waiting')) = (reason_code is not null) or outcome = 'waived')
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"state_reason" text,
	"objects" jsonb NOT NULL,
	"sample_size" integer,
	"of_run_id" uuid,
	"dry_run" boolean DEFAULT false NOT NULL,
	"map_versions" jsonb NOT NULL,
	"settings" jsonb NOT NULL,
	"extraction" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"prepared" boolean DEFAULT false NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"approved_by" text,
	"approved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "discoveries" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"objects" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"estimate" jsonb,
	"error" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "object_maps" (
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"version" integer NOT NULL,
	"state" text NOT NULL,
	"rules" jsonb NOT NULL,
	"unmapped" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	CONSTRAINT "object_maps_workspace_id_object_version_pk" PRIMARY KEY("workspace_id","object","version")
);
--> statement-breakpoint
CREATE TABLE "object_types" (
	"workspace_id" text NOT NULL,
	"identifier" text NOT NULL,
	"sheet" jsonb NOT NULL,
	"state" text NOT NULL,
	"detail" text NOT NULL,
	"probed_at" timestamp with time zone,
	CONSTRAINT "object_types_workspace_id_identifier_pk" PRIMARY KEY("workspace_id","identifier")
);
--> statement-breakpoint
CREATE TABLE "record_fixes" (
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"values" jsonb NOT NULL,
	"admin_id" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_fixes_workspace_id_object_source_id_pk" PRIMARY KEY("workspace_id","object","source_id")
);
--> statement-breakpoint
CREATE TABLE "source_connections" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"base_url" text NOT NULL,
	"credentials" text NOT NULL,
	"strategy" text NOT NULL,
	"profile_override" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"pinned" jsonb NOT NULL,
	"capabilities" jsonb NOT NULL,
	"connected_by" text NOT NULL,
	"connected_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_records" (
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"display_id" text,
	"seq" bigserial NOT NULL,
	"raw" jsonb NOT NULL,
	"raw_hash" text NOT NULL,
	"depth" text NOT NULL,
	"aliases" text[] DEFAULT '{}' NOT NULL,
	"source_updated_at" timestamp with time zone,
	"excluded" text,
	"seen_in_run" uuid,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "source_records_workspace_id_object_source_id_pk" PRIMARY KEY("workspace_id","object","source_id")
);
--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "load_journal" ADD CONSTRAINT "load_journal_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_calls" ADD CONSTRAINT "run_calls_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_records" ADD CONSTRAINT "run_records_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_by_workspace" ON "audit_log" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "findings_by_run" ON "findings" USING btree ("run_id","object","class");--> statement-breakpoint
CREATE INDEX "id_map_destination" ON "id_map" USING btree ("workspace_id","resource","destination_id");--> statement-breakpoint
CREATE INDEX "id_map_display_id" ON "id_map" USING btree ("workspace_id","display_id");--> statement-breakpoint
CREATE INDEX "load_journal_record" ON "load_journal" USING btree ("workspace_id","object","source_id");--> statement-breakpoint
CREATE INDEX "load_journal_run" ON "load_journal" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "load_journal_open" ON "load_journal" USING btree ("run_id") WHERE state = 'intent';--> statement-breakpoint
CREATE UNIQUE INDEX "leases_exclusive" ON "leases" USING btree ("run_id","object") WHERE step = 'exclusive';--> statement-breakpoint
CREATE INDEX "run_records_claim" ON "run_records" USING btree ("run_id","object","step","id");--> statement-breakpoint
CREATE INDEX "run_records_ledger" ON "run_records" USING btree ("run_id","object","outcome");--> statement-breakpoint
CREATE INDEX "run_records_waiting" ON "run_records" USING btree ("run_id","waits_for") WHERE waits_for is not null;--> statement-breakpoint
CREATE INDEX "run_records_unique_key" ON "run_records" USING btree ("run_id","object","unique_key") WHERE unique_key is not null;--> statement-breakpoint
CREATE INDEX "run_records_lease" ON "run_records" USING btree ("lease_token") WHERE lease_token is not null;--> statement-breakpoint
CREATE INDEX "runs_by_workspace" ON "runs" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_active" ON "runs" USING btree ("workspace_id") WHERE state in ('queued', 'running', 'paused', 'verifying');--> statement-breakpoint
CREATE INDEX "source_records_aliases" ON "source_records" USING gin ("aliases");--> statement-breakpoint
CREATE INDEX "source_records_display_id" ON "source_records" USING btree ("workspace_id","display_id");