/** How a WAV file says that its sound is kept plainly: PCM in integers, and in floats. */
const PLAIN_FORMATS: ReadonlySet<number> = new Set([1, 3])
/** The same is said further on, in more words. */
const EXTENDED_FORMAT = 0xfffe
const EXTENDED_BYTES = 40

const CHUNK_HEAD_BYTES = 8
/** What is recorded: up to 7.1 channels, up to 192,000 samples a second. Whatever says more says it to seem short. */
const MAX_CHANNELS = 8
const MAX_SAMPLES_PER_SECOND = 192_000
const MAX_BITS = 64
/** More than any file has before its sound. */
const MAX_CHUNKS = 32

/**
 * How long a plain WAV file plays, ms: all of its bytes at the rate that it names, which is the one it is played at. Undefined
 * for every other file, and where two readers could find another rate.
 * Format: http://soundfile.sapp.org/doc/WaveFormat/
 */
export function wavMs(file: Buffer): number | undefined {
  if (ascii(file, 0) !== 'RIFF' || ascii(file, 8) !== 'WAVE') return undefined
  let at = 12
  let format: number | undefined
  for (let chunk = 0; chunk < MAX_CHUNKS && at + CHUNK_HEAD_BYTES <= file.length; chunk += 1) {
    if (ascii(file, at) === 'data') break
    if (ascii(file, at) === 'fmt ') {
      if (format !== undefined) return undefined
      format = at + CHUNK_HEAD_BYTES
    }
    const size = file.readUInt32LE(at + 4)
    // A chunk of odd size is followed by one byte that belongs to none.
    at += CHUNK_HEAD_BYTES + size + (size % 2)
  }
  if (format === undefined || ascii(file, at) !== 'data' || format + 16 > file.length) return undefined
  const bytesPerSecond = plainRate(file, format)
  return bytesPerSecond && Math.ceil((file.length / bytesPerSecond) * 1_000)
}

/** Bytes a second, where the fields of the format agree about it. */
function plainRate(file: Buffer, at: number): number | undefined {
  const [said, channels] = [file.readUInt16LE(at), file.readUInt16LE(at + 2)]
  const extended = said === EXTENDED_FORMAT && at + EXTENDED_BYTES <= file.length
  const kind = extended ? file.readUInt16LE(at + 24) : said
  const [samplesPerSecond, bytesPerSecond] = [file.readUInt32LE(at + 4), file.readUInt32LE(at + 8)]
  const [frameBytes, bits] = [file.readUInt16LE(at + 12), file.readUInt16LE(at + 14)]
  const agrees =
    frameBytes === channels * Math.ceil(bits / 8) && bytesPerSecond === samplesPerSecond * frameBytes
  const usual = channels <= MAX_CHANNELS && samplesPerSecond <= MAX_SAMPLES_PER_SECOND && bits <= MAX_BITS
  return PLAIN_FORMATS.has(kind) && agrees && usual && bytesPerSecond > 0 ? bytesPerSecond : undefined
}

function ascii(file: Buffer, at: number): string {
  return file.toString('latin1', at, at + 4)
}
