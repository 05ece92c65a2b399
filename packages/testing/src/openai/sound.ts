/** The formats that sound is made in here, each with its media type. */
export const SOUND_TYPES = { mp3: 'audio/mpeg', wav: 'audio/wav', pcm: 'audio/pcm' } as const

export type SoundFormat = keyof typeof SOUND_TYPES

/** 24,000 samples a second, of two bytes. */
const PCM_BYTES_PER_MS = 48
const WAV_HEAD_BYTES = 44

/** A frame of MPEG-2, layer III, 64 kbit/s at 24,000 samples a second: 192 bytes, 24 ms. */
const MP3_FRAME_HEAD = Buffer.from([0xff, 0xf3, 0x84, 0xc4])
const MP3_FRAME_BYTES = 192
const MP3_FRAME_MS = 24

/** Sound that plays so long, rounded up to whole frames, a second a piece; the same every time. */
export function soundOf(ms: number, format: SoundFormat): Buffer[] {
  const seconds = Math.ceil(ms / 1_000)
  return Array.from({ length: seconds }, (_, second) => {
    const [from, to] = [second * 1_000, Math.min(ms, (second + 1) * 1_000)]
    if (format === 'mp3') return frames(Math.ceil(to / MP3_FRAME_MS) - Math.ceil(from / MP3_FRAME_MS))
    const samples = noise((to - from) * PCM_BYTES_PER_MS)
    return format === 'wav' && second === 0 ? Buffer.concat([wavHead(ms), samples]) : samples
  })
}

function frames(count: number): Buffer {
  const frame = Buffer.concat([MP3_FRAME_HEAD, noise(MP3_FRAME_BYTES - MP3_FRAME_HEAD.length)])
  return Buffer.concat(new Array<Buffer>(count).fill(frame))
}

/** Bytes that are no text in any encoding. */
function noise(bytes: number): Buffer {
  const pattern = Buffer.from([0x80, 0x00, 0xfe, 0x0d, 0x0a, 0xc3])
  return Buffer.alloc(bytes, pattern)
}

function wavHead(ms: number): Buffer {
  const head = Buffer.alloc(WAV_HEAD_BYTES)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(WAV_HEAD_BYTES - 8 + ms * PCM_BYTES_PER_MS, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(24_000, 24)
  head.writeUInt32LE(PCM_BYTES_PER_MS * 1_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(ms * PCM_BYTES_PER_MS, 40)
  return head
}
