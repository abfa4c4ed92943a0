/** What every page of openlines shares: no DOM, no framework; the outside world is handed in. */
export {};
