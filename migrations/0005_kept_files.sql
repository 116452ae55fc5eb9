CREATE TABLE "kept_file_pieces" (
	"workspace_id" text NOT NULL,
	"file_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "kept_file_pieces_file_id_number_pk" PRIMARY KEY("file_id","number")
);
--> statement-breakpoint
CREATE TABLE "kept_files" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"object" text NOT NULL,
	"source_id" text NOT NULL,
	"key" text NOT NULL,
	"path" text NOT NULL,
	"size" bigint,
	"sha256" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "kept_file_pieces" ADD CONSTRAINT "kept_file_pieces_file_id_kept_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."kept_files"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "kept_files_of_record" ON "kept_files" USING btree ("workspace_id","object","source_id","key");