import { mp3Rate } from '../mp3.ts'

/** The slowest in its tables, 8 kbit/s: ISO/IEC 13818-3, 2.4.2.3. A frame that names no rate is played by few, and not taken. */
const SLOWEST_BYTES_PER_SECOND = 1_000
/** Samples of a frame of layer III, and how many of them a second has at the least, by version. */
const SAMPLES_BY_VERSION = {
  1: { frame: 1_152, slowest: 32_000 },
  2: { frame: 576, slowest: 8_000 },
} as const
/** Enough of the first frame for what encoders say there of the whole file. */
const FIRST_FRAME_BYTES = 2_048
/** A name at this place makes a file one of another kind, whatever it begins with. */
const ATOM_AT = 4
const ATOMS = /^(ftyp|moov|moof|mdat|free|skip|wide|pnot|udta|uuid|styp|sidx)$/

/**
 * How long an MP3 plays at the most, ms: its bytes at the slowest rate that there is, or as many frames as it says that it has.
 * Undefined for every other file.
 */
export function mp3Ms(file: Buffer): number | undefined {
  if (mp3Rate(file) === undefined || ATOMS.test(file.toString('latin1', ATOM_AT, ATOM_AT + 4)))
    return undefined
  const { frame, slowest } = SAMPLES_BY_VERSION[(file[1]! & 0x18) === 0x18 ? 1 : 2]
  const said = (saidFrames(file.subarray(0, FIRST_FRAME_BYTES)) * frame) / slowest
  return Math.ceil(Math.max(file.length / SLOWEST_BYTES_PER_SECOND, said) * 1_000)
}

/** What LAME and Fraunhofer's encoder write into the first frame: http://gabriel.mp3-tech.org/mp3infotag.html */
function saidFrames(head: Buffer): number {
  const told = [
    ...['Xing', 'Info'].map((name) => [head.indexOf(name, 0, 'latin1'), 8] as const),
    [head.indexOf('VBRI', 0, 'latin1'), 14] as const,
  ]
  return Math.max(
    0,
    ...told.map(([at, behind]) =>
      at !== -1 && at + behind + 4 <= head.length ? head.readUInt32BE(at + behind) : 0,
    ),
  )
}
