import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  m4a,
  mp3,
  oggPage,
  SILENT_60_MS,
  silentFlac,
  webm,
} from '../../../../../../test/support/recordings.ts'
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

/** An Ogg of Opus. @param packets of one byte on each page. */
function opus(packets: number, pages = 1): Buffer {
  const page = oggPage(new Array<Buffer>(packets).fill(Buffer.from([SILENT_60_MS])))
  return Buffer.concat([
    oggPage([Buffer.from('OpusHead')], { flags: 2 }),
    ...new Array<Buffer>(pages).fill(page),
  ])
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
    ['a file of another kind', Buffer.from('a'.repeat(100))],
    ['an Ogg of anything but Opus', oggPage([Buffer.from('Speex   ')], { flags: 2 })],
    [
      'an Ogg in which anything else begins later',
      Buffer.concat([opus(100), oggPage([Buffer.from('Speex   ')], { flags: 2 })]),
    ],
    ['a WebM of other sound', webm([{ atMs: 0, packets: 9 }], { codec: 'A_VORBIS' })],
    ['a WebM of no sound', webm([], { codec: 'V_VP9' })],
    [
      'a WebM of packed frames',
      webm([{ atMs: 0, packets: 9 }], { more: Buffer.from('6d8082' + '0000', 'hex') }),
    ],
    ['an M4A of other sound', m4a({ codec: 'alac' })],
    ['an M4A of another AAC', m4a({ type: 23 })],
    ['an M4A without its head', m4a().subarray(0, 40)],
    [
      'an MP4 that begins as an MP3 does',
      Buffer.concat([Buffer.from([0xff, 0xf3, 0x10, 0xc4]), Buffer.from('ftyp'), Buffer.alloc(99)]),
    ],
    [
      'an MP3 of frames that name no rate',
      Buffer.from([0xff, 0xf3, 0x00, 0xc4, ...new Array<number>(99).fill(0)]),
    ],
    ['a FLAC that says no rate', silentFlac(1, { rate: 0 })],
    [
      'a FLAC of nothing but beginnings of frames',
      Buffer.concat([silentFlac(0), Buffer.alloc(500_000, 'fff8', 'hex')]),
    ],
    ['no file at all', Buffer.alloc(0)],
  ])('nobody knows, where it is %s: as others of its size, at 6 kbit/s', (_, file) => {
    expect(recordingOf([file])).toMatchObject({
      longestMs: Math.ceil((file.length / 750) * 1_000),
      bound: 'unknown',
    })
  })

  it.each<[string, Buffer, number]>([
    ['an MP3 at 8 kbit/s, the least that there is', mp3(100), 2_600],
    ['an MP3 with all the frames that it says it has', mp3(1, 100_000), 7_200_000],
    ['an MP3 behind tags', Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x01x'), mp3(100)]), 2_600],
    // 500 frames of 65,535 samples at 8,000 a second: 68 minutes in 6.5 kB.
    ['a FLAC of silence', silentFlac(500), Math.ceil((500 * 65_535) / 8)],
    ['a FLAC of a few samples a second', silentFlac(10, { rate: 1 }), 655_350_000],
    ['a FLAC as long as it says', silentFlac(1, { said: 8_000 * 3_600 }), 3_600_000],
    // An hour of which the last packet alone was kept.
    [
      'a WebM from which Opus has left out the silence',
      webm([
        { atMs: 0, packets: 1 },
        { atMs: 3_600_000, packets: 1 },
      ]),
      3_600_120,
    ],
    [
      'a WebM that is cut off in the middle of a packet',
      webm([{ atMs: 0, packets: 9 }]).subarray(0, -1),
      9 * 60 + 120,
    ],
    ['a WebM of packets at one moment', webm([{ atMs: 0, packets: 60_000 }]), 60_000 * 60 + 120],
    ['an Ogg of Opus all of its packets, however small', opus(255, 100), 1 + 100 * 255 * 60],
    [
      'an Ogg of Opus as long as it says',
      Buffer.concat([opus(1), oggPage([], { position: 48_000n * 3_600n })]),
      3_600_001,
    ],
  ])('%s', (_, file, longestMs) => {
    expect(recordingOf([file])).toMatchObject({ bound: 'proven', kind: 'recording' })
    // Rounded up here and there.
    expect(recordingOf([file]).longestMs).toBeGreaterThanOrEqual(longestMs)
    expect(recordingOf([file]).longestMs).toBeLessThanOrEqual(longestMs * 1.001 + 200)
  })

  it.each<[string, Buffer, number]>([
    ['its samples, all of which are the same four bytes', m4a({ samples: 56_250 }), 3_600_000],
    ['what its head says, with next to nothing in it', m4a({ said: 3_600 }), 3_600_000],
    ['what its tables say', m4a({ samples: 10, each: 16_000 * 360 }), 3_600_000],
    ['what is played again and again', m4a({ edited: 3_600 }), 3_600_000],
  ])('an M4A, as far as can be believed: %s', (_, file, longestMs) => {
    expect(file.length).toBeLessThan(600)
    expect(recordingOf([file])).toEqual({ kind: 'recording', longestMs, bound: 'believed' })
  })

  it('all of its files together, as well known as the worst of them', () => {
    const two = recordingOf([wav(), Buffer.alloc(750)])
    expect(two).toMatchObject({ longestMs: recordingOf([wav()]).longestMs + 1_000, bound: 'unknown' })
    expect(recordingOf([wav(), m4a()]).bound).toBe('believed')
  })

  it('no reader is held up: 2 MB of places where something may begin', () => {
    const begins = ['mvhd', 'esds', 'tfhd', 'stts', 'trun'].map((name) =>
      Buffer.alloc(400_000, name, 'latin1'),
    )
    const size = Buffer.alloc(4)
    size.writeUInt32BE(2_000_008)
    expect(recordingOf([Buffer.concat([size, Buffer.from('moov'), ...begins])]).bound).toBe('unknown')
  })

  it('no file of a kind makes a reader fail', () => {
    const kinds = [wav(), silentFlac(9), opus(9), webm([{ atMs: 9, packets: 9 }]), m4a({ edited: 9 }), mp3(9)]
    const change = fc.record({ at: fc.nat(600), to: fc.nat(255) })
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(change, { maxLength: 8 }), (kind, changes) => {
        const file = Buffer.from(kind.subarray(0, 2_000))
        for (const { at, to } of changes) file[at % file.length] = to
        const { longestMs } = recordingOf([file])
        expect(longestMs).toBeGreaterThanOrEqual(0)
        expect(Number.isNaN(longestMs)).toBe(false)
      }),
      { numRuns: 1_000 },
    )
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
