/** After all journeys: an orderly stop; what does not stop here would be an orphan of `npm start` as well. */
export default async function stopAfterJourneys(): Promise<void> {
  await globalThis.systemOfTheJourneys?.stop();
}
