-- Which teams and enterprises took part in an event: it stands among what belongs to each of them.
ALTER TABLE "event" ADD COLUMN "tenants" TEXT; -- ids of tenants, as JSON
