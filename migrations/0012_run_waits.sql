CREATE TABLE "run_waits" (
	"run_id" uuid NOT NULL,
	"workspace_id" text NOT NULL,
	"side" text NOT NULL,
	"seconds" real NOT NULL,
	CONSTRAINT "run_waits_run_id_side_pk" PRIMARY KEY("run_id","side")
);
--> statement-breakpoint
ALTER TABLE "run_waits" ADD CONSTRAINT "run_waits_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;