import { mp3Rate } from './mp3.ts'

/** Sound as it passes: how long it plays, which is what its tokens are counted by. */
export interface SoundMeter {
  push(bytes: Buffer): void
  /** How long what has come plays, ms; undefined where its format does not tell. */
  ms(): number | undefined
}

/** OpenAI's raw sound, 24,000 samples a second of two bytes: https://platform.openai.com/docs/guides/text-to-speech#supported-output-formats */
const PCM_BYTES_PER_SECOND = 48_000
/** Where a WAV file names its bytes a second. */
const WAV_RATE_AT = 28
/** Enough of a file to find its first frame in. */
const HEAD_BYTES = 8_192

/** Measure a provider's sound in one of the formats that it was asked for; nothing of it is kept but its head. */
export function soundMeter(format: string): SoundMeter {
  let size = 0
  let head = Buffer.alloc(0)
  const bytesPerSecond = (): number | undefined => {
    if (format === 'pcm') return PCM_BYTES_PER_SECOND
    if (format === 'wav') return wavRate(head)
    // A provider keeps to the rate of the first frame.
    return format === 'mp3' ? mp3Rate(head.subarray(behindTag(head))) : undefined
  }
  return {
    push(bytes) {
      size += bytes.length
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, bytes.subarray(0, HEAD_BYTES - head.length)])
    },
    ms() {
      const rate = bytesPerSecond()
      return rate && Math.ceil((size / rate) * 1_000)
    },
  }
}

function wavRate(head: Buffer): number | undefined {
  const isWav = head.length >= WAV_RATE_AT + 4 && head.toString('latin1', 0, 4) === 'RIFF'
  return isWav ? head.readUInt32LE(WAV_RATE_AT) || undefined : undefined
}

/** A file may begin with a tag, whose size is written in four times seven bits: https://id3.org/id3v2.4.0-structure */
function behindTag(head: Buffer): number {
  if (head.toString('latin1', 0, 3) !== 'ID3' || head.length < 10) return 0
  return head.subarray(6, 10).reduce((size, bits) => size * 128 + bits, 0) + 10
}
