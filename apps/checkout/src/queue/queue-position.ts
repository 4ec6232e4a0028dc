/** SQL for the place in line of the payment `alias`, null once it is set up. One row is one place. */
export function placeInLine(alias: string): string {
  return `CASE WHEN ${alias}.provider_id IS NULL AND ${alias}.decision = 'open' THEN (
    SELECT count(*)::integer FROM payment_jobs ahead
    WHERE ahead.kind = 'set_up' AND ahead.position <= (
      SELECT own.position FROM payment_jobs own WHERE own.kind = 'set_up' AND own.subject_id = ${alias}.id)
  ) END`;
}
