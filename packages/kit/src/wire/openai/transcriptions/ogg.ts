import { LONGEST_PACKET_MS, packetMs } from './opus.ts'

const PAGE_HEAD_BYTES = 27
const CAPTURE = 'OggS'
/** A packet ends with its first segment that is not full: https://www.rfc-editor.org/rfc/rfc3533#section-6 */
const FULL_SEGMENT = 255
const CONTINUED = 0x01
const FIRST_OF_STREAM = 0x02
/** Opus always counts its samples at this rate: https://www.rfc-editor.org/rfc/rfc7845#section-4 */
const SAMPLES_PER_MS = 48n
/** Of a page on which no packet ends. */
const NO_POSITION = 0xffffffffffffffffn

/**
 * How long an Ogg file of Opus plays at the most, ms: what its packets play, however few bytes they have, or what its pages say,
 * whichever is longer. Undefined for every other file, and where a stream of anything else begins in it.
 */
export function oggOpusMs(file: Buffer): number | undefined {
  if (file.toString('latin1', 0, 4) !== CAPTURE) return undefined
  let played = 0
  let said = 0n
  // Wherever a page may begin: a reader that has lost its place goes on there.
  for (let page = 0; page !== -1; page = file.indexOf(CAPTURE, page + PAGE_HEAD_BYTES)) {
    if (page + PAGE_HEAD_BYTES > file.length) break
    const flags = file[page + 5]!
    const body = page + PAGE_HEAD_BYTES + file[page + 26]!
    if (flags & FIRST_OF_STREAM && file.toString('latin1', body, body + 8) !== 'OpusHead') return undefined
    const position = file.readBigUInt64LE(page + 6)
    if (position !== NO_POSITION && position > said) said = position
    played += playedOn(file, page + PAGE_HEAD_BYTES, body, (flags & CONTINUED) !== 0)
  }
  return Math.max(played, Number(said / SAMPLES_PER_MS) + 1)
}

/** What the packets play that begin on a page; of one that begins before it, that page has told. */
function playedOn(file: Buffer, segments: number, body: number, continued: boolean): number {
  let ms = 0
  let at = body
  let begins = !continued
  for (const size of file.subarray(segments, body)) {
    // One without bytes is played as one that was lost.
    if (begins) ms += size === 0 ? LONGEST_PACKET_MS : packetMs(file, at)
    at += size
    begins = size < FULL_SEGMENT
  }
  return ms
}
