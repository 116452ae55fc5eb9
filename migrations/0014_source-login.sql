CREATE TABLE "source_logins" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"connected_at" timestamp with time zone NOT NULL,
	"token" text,
	"signed_in_at" timestamp with time zone,
	"proven" boolean DEFAULT false NOT NULL,
	"holder" uuid,
	"holder_until" timestamp with time zone,
	"failure" text,
	"failed_at" timestamp with time zone
);
