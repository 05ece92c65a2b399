import { describe, expect, it } from 'vitest'
import { soundMeter } from './sound.ts'

/** One second of layer III at a bit rate, from the index of it: frames are not looked at but for the first. */
const mp3 = (second: number, third: number, bytes: number) =>
  Buffer.concat([Buffer.from([0xff, second, third, 0xc4]), Buffer.alloc(bytes - 4)])

function wav(bytesPerSecond: number, bytes: number) {
  const file = Buffer.alloc(bytes)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(bytesPerSecond, 28)
  return file
}

function msOf(format: string, file: Buffer, pieces = 1) {
  const meter = soundMeter(format)
  const size = Math.ceil(file.length / pieces)
  for (let at = 0; at < file.length; at += size) meter.push(file.subarray(at, at + size))
  return meter.ms()
}

describe('sound plays for as long as', () => {
  it.each([
    ['its bytes do at 24,000 samples a second', 'pcm', Buffer.alloc(96_000), 2_000],
    ['the head of a WAV says', 'wav', wav(32_000, 64_000), 2_000],
    ['a first frame of MPEG-1 says, 128 kbit/s', 'mp3', mp3(0xfb, 0x90, 16_000), 1_000],
    ['a first frame of MPEG-2 says, 64 kbit/s', 'mp3', mp3(0xf3, 0x84, 16_000), 2_000],
    [
      'the first frame behind a tag says',
      'mp3',
      Buffer.concat([
        Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 2]),
        Buffer.alloc(130),
        mp3(0xf3, 0x84, 7_860),
      ]),
      1_000,
    ],
  ])('%s', (_, format, file, ms) => {
    expect(msOf(format, file)).toBe(ms)
    expect(msOf(format, file, 777)).toBe(ms)
  })

  it.each([
    ['opus', Buffer.alloc(100)],
    ['flac', Buffer.alloc(100)],
    ['mp3', Buffer.alloc(100)],
    ['mp3', mp3(0xf3, 0x00, 100)],
    ['mp3', mp3(0xf3, 0xf0, 100)],
    ['wav', Buffer.alloc(100)],
    ['wav', wav(0, 100)],
    ['wav', Buffer.alloc(3)],
  ])('nobody says of %s', (format, file) => {
    expect(msOf(format, file)).toBeUndefined()
  })
})
