import { LONGEST_PACKET_MS, packetMs } from './opus.ts'

/** Elements by their ids: https://www.rfc-editor.org/rfc/rfc9559 */
const EBML = 0x1a45dfa3
const ID = {
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  cluster: 0x1f43b675,
  clusterTime: 0xe7,
  simpleBlock: 0xa3,
  block: 0xa1,
  blockDuration: 0x9b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  codec: 0x86,
  encodings: 0x6d80,
} as const
/** What others stand in: Segment, Info, Tracks, TrackEntry, Cluster, BlockGroup. */
const PARENTS: ReadonlySet<number> = new Set([
  0x18538067,
  0x1549a966,
  0x1654ae6b,
  ID.trackEntry,
  ID.cluster,
  0xa0,
])
const USUAL_SCALE_NS = 1_000_000
const UNKNOWN_SIZE = Number.POSITIVE_INFINITY
/** Hours of sound, a frame each; and of lists of what can be found where. */
const MAX_ELEMENTS = 2_000_000

interface Told {
  scaleNs: number
  duration: number
  clusterTime: number
  /** Of the last block, and how long it says that it is. */
  blockTime: number
  latest: number
  packetsMs: number
  track: number
  /** Tracks of Opus by their numbers; others have only times. */
  readonly opus: Map<number, boolean>
}

/**
 * How long a WebM file of Opus plays at the most, ms: what its packets play, however few bytes they have, the last time at which
 * something stands, or what the file says of itself, whichever is longest: where nobody speaks, Opus may leave out packets
 * altogether. Undefined for every other file, and where its elements do not fit into each other.
 */
export function webmOpusMs(file: Buffer): number | undefined {
  const told: Told = {
    scaleNs: USUAL_SCALE_NS,
    duration: 0,
    clusterTime: 0,
    blockTime: 0,
    latest: 0,
    packetsMs: 0,
    track: 0,
    opus: new Map(),
  }
  if (file.length < 4 || file.readUInt32BE(0) !== EBML) return undefined
  const ends: number[] = []
  let at = 0
  for (let elements = 0; at < file.length; elements += 1) {
    while (ends.length > 0 && at === ends.at(-1)) ends.pop()
    const element = elements < MAX_ELEMENTS ? elementAt(file, at) : undefined
    if (!element) return undefined
    const { id, data, size } = element
    const end = data + size
    if (PARENTS.has(id)) {
      // One of unknown size ends with what it stands in, or where the next of its kind begins: nothing is lost by not asking.
      if (end > (ends.at(-1) ?? UNKNOWN_SIZE) && size !== UNKNOWN_SIZE) return undefined
      if (size !== UNKNOWN_SIZE) ends.push(end)
      at = data
      continue
    }
    if (size === UNKNOWN_SIZE || end > (ends.at(-1) ?? UNKNOWN_SIZE)) return undefined
    if (!take(told, id, file.subarray(data, end))) return undefined
    at = end
  }
  if (![...told.opus.values()].includes(true)) return undefined
  const longest = (Math.max(told.duration, told.latest) * told.scaleNs) / 1e6
  return Number.isFinite(longest)
    ? Math.ceil(Math.max(longest, told.packetsMs) + LONGEST_PACKET_MS)
    : undefined
}

/** @returns whether its length can still be told. */
function take(told: Told, id: number, data: Buffer): boolean {
  if (id === ID.timestampScale) told.scaleNs = Math.max(told.scaleNs, uint(data))
  else if (id === ID.duration) told.duration = Math.max(told.duration, float(data))
  else if (id === ID.clusterTime) told.clusterTime = uint(data)
  else if (id === ID.trackNumber) told.track = uint(data)
  else if (id === ID.codec) return takeCodec(told, data.toString('latin1'))
  else if (id === ID.blockDuration) told.latest = Math.max(told.latest, told.blockTime + uint(data))
  else if (id === ID.simpleBlock || id === ID.block) return takeBlock(told, data)
  // Packed frames may be of any length when they are unpacked.
  else return id !== ID.encodings
  return true
}

/** Pictures beside the sound are looked at for their times alone; sound of another kind is not looked at. */
function takeCodec(told: Told, codec: string): boolean {
  if (codec.startsWith('A_') && codec !== 'A_OPUS') return false
  // Two tracks of one number: whichever a reader takes.
  told.opus.set(told.track, codec === 'A_OPUS' || told.opus.get(told.track) === true)
  return true
}

/** https://www.rfc-editor.org/rfc/rfc9559#section-10 */
function takeBlock(told: Told, data: Buffer): boolean {
  const track = vint(data, 0)
  if (!track || track.next + 3 > data.length) return false
  told.blockTime = told.clusterTime + data.readInt16BE(track.next)
  told.latest = Math.max(told.latest, told.blockTime)
  if (told.opus.get(track.value) === false) return true
  const laced = (data[track.next + 2]! & 0x06) !== 0
  const first = track.next + 3
  told.packetsMs += laced ? ((data[first] ?? 255) + 1) * LONGEST_PACKET_MS : packetMs(data, first)
  return true
}

function elementAt(file: Buffer, at: number) {
  const length = Math.clz32(file[at]! << 24) + 1
  if (length > 4 || at + length > file.length) return undefined
  const size = vint(file, at + length)
  return size && { id: file.readUIntBE(at, length), data: size.next, size: size.value }
}

/** A number whose first byte says by its leading zeros how many follow; all ones are an unknown size. */
function vint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at]
  if (!first) return undefined
  const length = Math.clz32(first << 24) + 1
  if (at + length > bytes.length) return undefined
  let value = first & (0xff >> length)
  let ones = value === 0xff >> length
  for (const byte of bytes.subarray(at + 1, at + length)) {
    value = value * 256 + byte
    ones &&= byte === 0xff
  }
  return { value: ones ? UNKNOWN_SIZE : value, next: at + length }
}

function uint(data: Buffer): number {
  return data.reduce((value, byte) => value * 256 + byte, 0)
}

function float(data: Buffer): number {
  if (data.length === 4) return data.readFloatBE()
  return data.length === 8 ? data.readDoubleBE() : 0
}
