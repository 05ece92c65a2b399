/** Every frame begins with one of these: https://www.rfc-editor.org/rfc/rfc9639#section-9.1 */
const SYNCS = [Buffer.from([0xff, 0xf8]), Buffer.from([0xff, 0xf9])]
/** Samples a second by their code in the head of a frame; 0 where STREAMINFO, or the head itself, says it. */
const RATES = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000]
/** The first block of a file: https://www.rfc-editor.org/rfc/rfc9639#section-8.2 */
const STREAMINFO_AT = 8
const HEAD_BYTES = 42
/** Hours of sound, as anybody encodes it. Whoever packs more places where a frame may begin into a file means to be slow to read. */
const MAX_SYNCS = 100_000

/**
 * How long a FLAC file plays at the most, ms: all frames that a decoder can find in it, by what their heads say, or what the file
 * says of itself, whichever is longer. Silence takes no more than a dozen bytes a frame, of up to 65,535 samples. Undefined for
 * every other file.
 */
export function flacMs(file: Buffer): number | undefined {
  if (file.length < HEAD_BYTES || file.toString('latin1', 0, 4) !== 'fLaC') return undefined
  // Twenty bits of samples a second, then eight of form, then thirty-six of how many samples there are.
  const rate = file.readUIntBE(STREAMINFO_AT + 10, 3) >> 4
  const samples = (file[STREAMINFO_AT + 13]! & 0x0f) * 2 ** 32 + file.readUInt32BE(STREAMINFO_AT + 14)
  if (rate === 0) return undefined
  let seconds = 0
  let syncs = 0
  for (const sync of SYNCS) {
    for (let at = file.indexOf(sync); at !== -1; at = file.indexOf(sync, at + 1)) {
      syncs += 1
      if (syncs > MAX_SYNCS) return undefined
      seconds += frameSeconds(file, at, rate)
    }
  }
  return Math.ceil(Math.max(seconds, samples / rate) * 1_000)
}

/** What the frame plays that begins here; 0 where none does, which the sum of a head tells. */
function frameSeconds(file: Buffer, at: number, streamRate: number): number {
  const codes = file[at + 2] ?? 0
  const [blockCode, rateCode] = [codes >> 4, codes & 15]
  // Neither is ever written: most places that look like a beginning are told from one by this.
  if (blockCode === 0 || rateCode === 15) return 0
  let next = at + 4 + numberBytes(file[at + 4] ?? 0)
  const take = (bytes: number) => {
    const value = next + bytes <= file.length ? file.readUIntBE(next, bytes) : 0
    next += bytes
    return value
  }
  const block = blockSamples(blockCode, take)
  const rate = frameRate(rateCode, take)
  if (next >= file.length || crc8(file, at, next) !== file[next]) return 0
  // What the head says and what the file says ought to be one: the slower is the longer.
  return block / (rate > 0 ? Math.min(rate, streamRate) : streamRate)
}

/** The number of a frame is written as UTF-8 writes a character, in up to seven bytes. */
function numberBytes(first: number): number {
  return first < 0x80 ? 1 : Math.max(1, Math.clz32(~(first << 24)))
}

function blockSamples(code: number, take: (bytes: number) => number): number {
  if (code === 1) return 192
  if (code <= 5) return 144 << code
  if (code === 6) return take(1) + 1
  return code === 7 ? take(2) + 1 : 1 << code
}

function frameRate(code: number, take: (bytes: number) => number): number {
  if (code === 12) return take(1) * 1_000
  if (code === 13) return take(2)
  return code === 14 ? take(2) * 10 : (RATES[code] ?? 0)
}

/** Of the polynomial x⁸ + x² + x + 1: https://www.rfc-editor.org/rfc/rfc9639#section-9.1.8 */
function crc8(bytes: Buffer, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at += 1) {
    sum ^= bytes[at]!
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80 ? ((sum << 1) ^ 0x07) & 0xff : (sum << 1) & 0xff
  }
  return sum
}
