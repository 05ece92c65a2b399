/** What was paid for by the piece: of one request, or the sum of many. */
export interface Pieces {
  readonly images: number | null
  readonly audioMs: number | null
  readonly characters: number | null
  readonly webSearches: number | null
  /** Thousandths, by unit. */
  readonly unitThousandths: Readonly<Record<string, number>>
}

/** Each kind that there is, as `2 pictures`, `7.3 s of sound`, `1.5 minute`; none where there is none. */
export function piecesText({
  images,
  audioMs,
  characters,
  webSearches,
  unitThousandths,
}: Pieces): readonly string[] {
  const units = Object.entries(unitThousandths).map(
    ([unit, thousandths]) => `${decimalOf(thousandths)} ${shown(unit)}`,
  )
  return [
    ...counted(images, 'picture', 'pictures'),
    ...counted(characters, 'character', 'characters'),
    ...(audioMs ? [`${(audioMs / 1000).toFixed(1)} s of sound`] : []),
    ...counted(webSearches, 'search', 'searches'),
    ...units,
  ]
}

/** Thousandths as a decimal: `1.5`. */
export function decimalOf(thousandths: number): string {
  const fraction = String(thousandths % 1000).padStart(3, '0')
  return `${Math.floor(thousandths / 1000)}.${fraction}`.replace(/\.?0+$/, '')
}

function counted(count: number | null, one: string, more: string): string[] {
  return count ? [`${count} ${count === 1 ? one : more}`] : []
}

/** A unit is a word of the operator's, as it is written in the config: a line of a terminal all the same. */
function shown(unit: string): string {
  return unit.replaceAll(/[^\x20-\x7e\u00a1-\uffff]/g, '?')
}
