import type { Recording } from '../../media.ts'
import { mp3Rate } from '../mp3.ts'
import { oggOpusMs } from './ogg.ts'
import { wavMs } from './wav.ts'

/**
 * The slowest that a kind of file is played, bytes a second. MP3 has no bit rate below 8 kbit/s in its tables; Opus is made for
 * 6 kbit/s and more. Both are believed: whoever means to can pack silence more tightly, or put another kind of file behind the
 * first bytes of one.
 *
 * Sources: https://www.rfc-editor.org/rfc/rfc6716#section-2.1.1 · ISO/IEC 13818-3, 2.4.2.3
 */
const MP3_BYTES_PER_SECOND = 1_000
const SLOWEST_BYTES_PER_SECOND = 750

/**
 * How long a file can be at the most, whatever its head says: a head is its sender's word. Only of a plain WAV file is the
 * rate taken from it, since it is played at no other.
 */
export function recordingOf(files: readonly Buffer[]): Recording {
  const bounds = files.map(boundOf)
  return {
    kind: 'recording',
    longestMs: bounds.reduce((sum, { longestMs }) => sum + longestMs, 0),
    bound: bounds.every(({ bound }) => bound === 'proven') ? 'proven' : 'believed',
  }
}

function boundOf(file: Buffer): Pick<Recording, 'longestMs' | 'bound'> {
  const plainMs = wavMs(file)
  if (plainMs !== undefined) return { longestMs: plainMs, bound: 'proven' }
  if (mp3Rate(file) !== undefined) return { longestMs: msAt(MP3_BYTES_PER_SECOND, file), bound: 'believed' }
  const longestMs = Math.max(msAt(SLOWEST_BYTES_PER_SECOND, file), oggOpusMs(file) ?? 0)
  return { longestMs, bound: 'believed' }
}

function msAt(bytesPerSecond: number, { length }: Buffer): number {
  return Math.ceil((length / bytesPerSecond) * 1_000)
}
