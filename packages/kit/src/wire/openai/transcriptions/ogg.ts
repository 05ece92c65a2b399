const PAGE_HEAD_BYTES = 27
/** The longest that a packet of Opus plays: https://www.rfc-editor.org/rfc/rfc6716#section-3.2.5 */
const LONGEST_PACKET_MS = 120
/** A packet ends with its first segment that is not full: https://www.rfc-editor.org/rfc/rfc3533#section-6 */
const FULL_SEGMENT = 255

/**
 * How long an Ogg file of Opus plays at the most, ms: each of its packets for as long as any does, however few bytes it has.
 * Undefined for every other file.
 */
export function oggOpusMs(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== 'OggS' || !file.subarray(0, 256).includes('OpusHead'))
    return undefined
  let packets = 0
  for (let page = file.indexOf('OggS'); page !== -1; page = file.indexOf('OggS', page + PAGE_HEAD_BYTES)) {
    const segments = file.subarray(page + PAGE_HEAD_BYTES, page + PAGE_HEAD_BYTES + (file[page + 26] ?? 0))
    for (const size of segments) if (size < FULL_SEGMENT) packets += 1
  }
  return packets * LONGEST_PACKET_MS
}
