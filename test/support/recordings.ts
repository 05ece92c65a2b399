/** Files of sound that play long and weigh little, made by hand, as whoever would pay less might make them. */

/** A FLAC file of silence: each frame is a head and one sample, repeated. @param rate samples a second. */
export function silentFlac(frames: number, { samples = 65_535, rate = 8_000, said = 0 } = {}): Buffer {
  const head = Buffer.alloc(42)
  head.write('fLaC', 0, 'latin1')
  head[4] = 0x80
  head[7] = 34
  head.writeUIntBE((rate << 4) | 0, 18, 3)
  head.writeUInt32BE(said, 22)
  return Buffer.concat([head, ...Array.from({ length: frames }, (_, at) => flacFrame(at % 128, samples))])
}

function flacFrame(number: number, samples: number): Buffer {
  // Of as many samples as two bytes say, at the rate of the file, one channel.
  const head = Buffer.from([0xff, 0xf8, 0x70, 0x00, number, (samples - 1) >> 8, (samples - 1) & 0xff])
  // One subframe that is the same all along, and a sum that few look at.
  return Buffer.concat([head, Buffer.from([crc8(head), 0, 0, 0, 0, 0])])
}

function crc8(bytes: Buffer): number {
  let sum = 0
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = ((sum >> 7) ^ (byte >> bit)) & 1
      sum = ((sum << 1) & 0xff) ^ (carry ? 0x07 : 0)
    }
  return sum
}

/** What says by one byte that it is a packet of Opus of 60 ms in which nobody speaks. */
export const SILENT_60_MS = 0x18

function element(id: number, data: Buffer, size = data.length): Buffer {
  const name = Buffer.from(id.toString(16).padStart(id > 0xff ? 4 : 2, '0'), 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(0x1000_0000 | size)
  return Buffer.concat([name, length, data])
}

const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export interface WebmCluster {
  /** When it begins, in ms. */
  readonly atMs: number
  /** Packets of one byte. */
  readonly packets: number
}

/** A WebM file of Opus as browsers record it: of clusters whose sizes nobody knew when they began. */
export function webm(
  clusters: readonly WebmCluster[],
  { codec = 'A_OPUS', more = Buffer.alloc(0) } = {},
): Buffer {
  const track = [
    element(0xd7, number(1)),
    element(0x83, Buffer.from([2])),
    element(0x86, Buffer.from(codec)),
    more,
  ]
  const unknown = Buffer.from('01ffffffffffffff', 'hex')
  return Buffer.concat([
    element(0x1a45dfa3, element(0x4282, Buffer.from('webm'))),
    Buffer.concat([Buffer.from('18538067', 'hex'), unknown]),
    element(0x1654ae6b, element(0xae, Buffer.concat(track))),
    ...clusters.flatMap(({ atMs, packets }) => [
      Buffer.concat([Buffer.from('1f43b675', 'hex'), unknown]),
      element(0xe7, number(atMs)),
      ...Array.from({ length: packets }, () => element(0xa3, Buffer.from([0x81, 0, 0, 0x80, SILENT_60_MS]))),
    ]),
  ])
}

const atom = (name: string, ...content: readonly Buffer[]) => {
  const data = Buffer.concat(content)
  return Buffer.concat([number(data.length + 8), Buffer.from(name, 'latin1'), data])
}
const numbers = (...values: readonly number[]) => Buffer.concat(values.map(number))

export interface M4aOptions {
  /** What its head says, seconds. */
  readonly said?: number
  readonly samples?: number
  /** What its tables say that each sample is long, of 16,000 a second. */
  readonly each?: number
  /** Seconds that a list of what is played when asks for. */
  readonly edited?: number
  /** The type of sound: 2 is AAC-LC. */
  readonly type?: number
  readonly codec?: string
}

/** An M4A file of AAC at 16,000 samples a second, whose samples are all the same four bytes. */
export function m4a({
  said = 1,
  samples = 1,
  each = 1_024,
  edited = 0,
  type = 2,
  codec = 'mp4a',
}: M4aOptions = {}): Buffer {
  const rateIndex = 8
  const config = Buffer.alloc(2)
  config.writeUInt16BE((type << 11) | (rateIndex << 7) | (1 << 3))
  const own = Buffer.concat([Buffer.from([0x05, config.length]), config])
  const decoder = Buffer.concat([Buffer.from([0x04, 13 + own.length, 0x40, 0x15]), Buffer.alloc(11), own])
  const esds = Buffer.concat([number(0), Buffer.from([0x03, 3 + decoder.length, 0, 1, 0]), decoder])
  const entry = atom(codec, Buffer.alloc(28), atom('esds', esds))
  const table = atom(
    'stbl',
    atom('stsd', numbers(0, 1), entry),
    atom('stts', numbers(0, 1, samples, each)),
    atom('stsz', numbers(0, 4, samples)),
    atom('stco', numbers(0, 1, 0)),
  )
  return Buffer.concat([
    atom('ftyp', Buffer.from('M4A '), number(0)),
    atom('mdat', Buffer.from([0x01, 0x40, 0x22, 0x80])),
    atom(
      'moov',
      atom('mvhd', numbers(0, 0, 0, 16_000, said * 16_000)),
      atom(
        'trak',
        ...(edited > 0 ? [atom('edts', atom('elst', numbers(0, 1, edited * 16_000, 0, 0x1_0000)))] : []),
        atom('mdia', atom('mdhd', numbers(0, 0, 0, 16_000, said * 16_000)), atom('minf', table)),
      ),
    ),
  ])
}

/** An Ogg page. @param position where it says that the sound has come, in samples of 48,000 a second. */
export function oggPage(
  packets: readonly Buffer[],
  { flags = 0, position = 0n }: { readonly flags?: number; readonly position?: bigint } = {},
): Buffer {
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head[5] = flags
  head.writeBigUInt64LE(position, 6)
  head[26] = packets.length
  return Buffer.concat([head, Buffer.from(packets.map(({ length }) => length)), ...packets])
}

/** An MP3 of silence at 8 kbit/s, of frames as long as they ought to be. @param said how many it says that it has. */
export function mp3(frames: number, said?: number): Buffer {
  // Layer III of version 2, at 8 kbit/s and 22,050 samples a second.
  const frame = Buffer.concat([Buffer.from([0xff, 0xf3, 0x10, 0xc4]), Buffer.alloc(22)])
  const first = Buffer.from(frame)
  if (said !== undefined) {
    first.write('Xing', 13, 'latin1')
    first[20] = 1
    first.writeUInt32BE(said, 21)
  }
  return Buffer.concat([first, ...new Array<Buffer>(Math.max(0, frames - 1)).fill(frame)])
}
