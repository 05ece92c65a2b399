import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordingOf } from './recording.ts'
import { wavMs } from './wav.ts'

interface Wav {
  readonly kind?: number
  readonly channels?: number
  readonly rate?: number
  readonly bits?: number
  readonly bytesPerSecond?: number
  readonly before?: Buffer
}

/** A WAV file of ten seconds, at 16,000 samples a second of two bytes. */
function wav({
  kind = 1,
  channels = 1,
  rate = 16_000,
  bits = 16,
  before = Buffer.alloc(0),
  ...said
}: Wav = {}) {
  const frame = channels * Math.ceil(bits / 8)
  const format = Buffer.alloc(24)
  format.write('fmt ', 0, 'latin1')
  format.writeUInt32LE(16, 4)
  format.writeUInt16LE(kind, 8)
  format.writeUInt16LE(channels, 10)
  format.writeUInt32LE(rate, 12)
  format.writeUInt32LE(said.bytesPerSecond ?? rate * frame, 16)
  format.writeUInt16LE(frame, 20)
  format.writeUInt16LE(bits, 22)
  const data = Buffer.alloc(8)
  data.write('data', 0, 'latin1')
  return Buffer.concat([Buffer.from('RIFF....WAVE'), before, format, data, Buffer.alloc(320_000)])
}

const chunk = (name: string, size: number) => {
  const head = Buffer.alloc(8 + size + (size % 2))
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(size, 4)
  return head
}

describe('a recording is at the most as long as', () => {
  it('a plain WAV file plays', () => {
    const { longestMs, bound } = recordingOf([wav()])
    expect(bound).toBe('proven')
    expect(longestMs).toBeGreaterThanOrEqual(10_000)
    expect(longestMs).toBeLessThan(10_010)
  })

  it('the same behind other chunks, of odd sizes too', () => {
    expect(wavMs(wav({ before: chunk('LIST', 7) }))).toBeLessThan(10_010)
  })

  it.each<[string, Buffer]>([
    ['a compressed WAV', wav({ kind: 0x55 })],
    ['a WAV whose fields do not agree', wav({ bytesPerSecond: 4_000_000_000 })],
    ['a WAV with two formats', wav({ before: wav({ rate: 4_000_000 }).subarray(12, 36) })],
    ['a WAV of more channels than anybody records', wav({ channels: 30_000 })],
    ['a WAV of more samples than anybody records', wav({ rate: 4_000_000 })],
    ['a WAV of no samples a second', wav({ rate: 0 })],
    ['a WAV without sound', wav().subarray(0, 36)],
    ['a WAV of nothing but chunks', Buffer.concat([Buffer.from('RIFF....WAVE'), Buffer.alloc(800)])],
    ['a file of another kind', Buffer.from('OggS'.repeat(100))],
    ['no file at all', Buffer.alloc(0)],
  ])('%s at 6 kbit/s, whatever its head says', (_, file) => {
    expect(recordingOf([file])).toMatchObject({
      longestMs: Math.ceil((file.length / 750) * 1_000),
      bound: 'believed',
    })
  })

  it('an MP3 at 8 kbit/s, the least that there is', () => {
    const file = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(15_996)])
    expect(recordingOf([file])).toEqual({ kind: 'recording', longestMs: 16_000, bound: 'believed' })
  })

  it('an Ogg of Opus all of its packets, however small', () => {
    const page = (segments: Buffer, content: Buffer) =>
      Buffer.concat([
        Buffer.from('OggS'),
        Buffer.alloc(22),
        Buffer.from([segments.length]),
        segments,
        content,
      ])
    const head = page(Buffer.from([8]), Buffer.from('OpusHead'))
    const tiny = page(Buffer.alloc(255, 1), Buffer.alloc(255))
    expect(recordingOf([Buffer.concat([head, ...new Array<Buffer>(100).fill(tiny)])])).toMatchObject({
      longestMs: (1 + 100 * 255) * 120,
      bound: 'believed',
    })
  })

  it('all of its files together', () => {
    const two = recordingOf([wav(), Buffer.alloc(750)])
    expect(two).toMatchObject({ longestMs: recordingOf([wav()]).longestMs + 1_000, bound: 'believed' })
  })

  it('and no head makes it shorter than its bytes allow at the rate that it is played at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 60 }), (noise) => {
        const file = wav()
        Buffer.from(noise).copy(file, 12)
        const ms = wavMs(file)
        if (ms === undefined) return
        expect(ms).toBeGreaterThan((320_000 / file.readUInt32LE(file.indexOf('fmt ') + 16)) * 1_000)
      }),
    )
  })
})
