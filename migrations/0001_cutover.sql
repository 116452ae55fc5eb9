CREATE TABLE "hypercare_checks" (
	"workspace_id" text NOT NULL,
	"sign_off_id" uuid NOT NULL,
	"day" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"checked_at" timestamp with time zone,
	"run_id" uuid,
	"facts" jsonb,
	CONSTRAINT "hypercare_checks_sign_off_id_day_pk" PRIMARY KEY("sign_off_id","day")
);
--> statement-breakpoint
CREATE TABLE "sign_off_packages" (
	"workspace_id" text NOT NULL,
	"sign_off_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "sign_off_packages_sign_off_id_seq_pk" PRIMARY KEY("sign_off_id","seq")
);
--> statement-breakpoint
CREATE TABLE "sign_offs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" text NOT NULL,
	"signed_by" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"note" text NOT NULL,
	"hypercare_ends_at" timestamp with time zone NOT NULL,
	"package_name" text NOT NULL,
	"package_size" bigint DEFAULT 0 NOT NULL,
	"package_sha256" text DEFAULT '' NOT NULL,
	"revoked_by" text,
	"revoked_at" timestamp with time zone,
	"revoke_note" text,
	"erased_at" timestamp with time zone,
	"erased" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_looks" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"requested_by" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"taken_at" timestamp with time zone,
	"objects" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "erasure_receipts" ADD COLUMN "reason" text DEFAULT 'uninstall' NOT NULL;--> statement-breakpoint
ALTER TABLE "hypercare_checks" ADD CONSTRAINT "hypercare_checks_sign_off_id_sign_offs_id_fk" FOREIGN KEY ("sign_off_id") REFERENCES "public"."sign_offs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_off_packages" ADD CONSTRAINT "sign_off_packages_sign_off_id_sign_offs_id_fk" FOREIGN KEY ("sign_off_id") REFERENCES "public"."sign_offs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "sign_offs_one_in_force" ON "sign_offs" USING btree ("workspace_id") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "source_looks_by_workspace" ON "source_looks" USING btree ("workspace_id","id");