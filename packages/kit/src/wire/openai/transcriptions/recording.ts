import type { Recording } from '../../media.ts'
import { flacMs } from './flac.ts'
import { aacMs } from './m4a.ts'
import { mp3Ms } from './mp3-recording.ts'
import { oggOpusMs } from './ogg.ts'
import { wavMs } from './wav.ts'
import { webmOpusMs } from './webm.ts'

type Bound = Pick<Recording, 'longestMs' | 'bound'>

/**
 * What nobody can read is taken to play at 6 kbit/s, bytes a second, as little as Opus is made for. It is no bound: silence takes
 * no bytes to speak of.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6716#section-2.1.1
 */
const USUAL_BYTES_PER_SECOND = 750

/** Kinds of files whose bytes say how long they are, however little sound is in them; each is known by how it begins. */
const READERS: readonly [read: (file: Buffer) => number | undefined, bound: Recording['bound']][] = [
  [wavMs, 'proven'],
  [flacMs, 'proven'],
  [oggOpusMs, 'proven'],
  [webmOpusMs, 'proven'],
  [mp3Ms, 'proven'],
  [aacMs, 'believed'],
]

/**
 * How long a file can be at the most, by what it is made of, and by what it says of itself where that is longer: a head is its
 * sender's word, and whoever bills may take it.
 */
export function recordingOf(files: readonly Buffer[]): Recording {
  const bounds = files.map((file) => boundOf(withoutTag(file)))
  const worst = (['unknown', 'believed'] as const).find((each) => bounds.some(({ bound }) => bound === each))
  return {
    kind: 'recording',
    longestMs: bounds.reduce((sum, { longestMs }) => sum + longestMs, 0),
    bound: worst ?? 'proven',
  }
}

function boundOf(file: Buffer): Bound {
  for (const [read, bound] of READERS) {
    const longestMs = read(file)
    if (longestMs !== undefined) return { longestMs, bound }
  }
  return { longestMs: Math.ceil((file.length / USUAL_BYTES_PER_SECOND) * 1_000), bound: 'unknown' }
}

/** A tag may stand before any kind of file, its size in four times seven bits: https://id3.org/id3v2.4.0-structure */
function withoutTag(file: Buffer): Buffer {
  let at = 0
  while (at + 10 <= file.length && file.toString('latin1', at, at + 3) === 'ID3')
    at += 10 + file.subarray(at + 6, at + 10).reduce((sum, bits) => sum * 128 + (bits & 0x7f), 0)
  return file.subarray(at)
}
