/** What a file of this kind is made of, at its top: https://developer.apple.com/documentation/quicktime-file-format */
const TOPS: ReadonlySet<string> = new Set(
  'ftyp styp moov moof mdat free skip wide sidx ssix mfra emsg prft udta meta uuid pdin'.split(' '),
)
/** Atoms that pack others, or point out of the file: what they hide nobody here can count. */
const HIDING = ['cmov', 'encv', 'enca', 'zlib']
const AAC_OBJECT = 0x40
/** AAC-LC, and what high efficiency adds to it. */
const AAC_TYPES: ReadonlySet<number> = new Set([2, 5, 29])
const AAC_FRAME_SAMPLES = 1_024
const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
]
/** Codecs by the names of sample descriptions; sound in anything but AAC is not looked at. */
const OTHER_SOUND = [
  'alac',
  '.mp3',
  'ac-3',
  'ec-3',
  'Opus',
  'fLaC',
  'samr',
  'sawb',
  'lpcm',
  'sowt',
  'twos',
  'ulaw',
  'alaw',
]
const MAX_ATOMS = 200_000

/**
 * How long an M4A or MP4 file of AAC plays, ms: as many frames as its tables have samples, which may all be the same few bytes;
 * or what it says of itself, in any of five places, whichever is longest. Undefined for every other file. It is believed that
 * a sample is one frame: whoever packs frames of silence himself may put more into one.
 *
 * Every reader takes the top of a file alike. Below it atoms are found by their names, wherever they stand, so that none that
 * a reader might find is missed.
 */
export function aacMs(file: Buffer): number | undefined {
  const heads = headsOf(file)
  if (!heads) return undefined
  if ([...HIDING, ...OTHER_SOUND].some((name) => heads.includes(name, 0, 'latin1'))) return undefined
  const rate = slowestRate(heads)
  const scales = [...timed(heads, 'mvhd'), ...timed(heads, 'mdhd')]
  const slowest = least(scales.map(({ scale }) => scale))
  if (!rate || scales.length === 0 || slowest === 0) return undefined
  const said = most(scales.map(({ duration, scale }) => duration / scale))
  if (isOverlapping(heads)) return undefined
  const samples = sampled(heads, slowest)
  const played = (samples.count * AAC_FRAME_SAMPLES) / rate
  return Math.ceil(Math.max(said, played, samples.seconds, editedSeconds(heads, slowest)) * 1_000)
}

/** All atoms of the top but those with sound in them; undefined where the file is of another kind. */
function headsOf(file: Buffer): Buffer | undefined {
  const heads: Buffer[] = []
  let at = 0
  while (at + 8 <= file.length) {
    const name = file.toString('latin1', at + 4, at + 8)
    if (!TOPS.has(name) || heads.length > MAX_ATOMS) return undefined
    const said = file.readUInt32BE(at)
    const long = said === 1 && at + 16 <= file.length
    const size = said === 0 ? file.length - at : long ? Number(file.readBigUInt64BE(at + 8)) : said
    if (size < 8) return undefined
    if (name !== 'mdat') heads.push(file.subarray(at, at + size))
    at += size
  }
  return heads.length > 0 ? Buffer.concat(heads) : undefined
}

/** Where the content of each atom of a name begins. */
function* found(heads: Buffer, name: string): Generator<number> {
  for (let at = heads.indexOf(name, 0, 'latin1'); at !== -1; at = heads.indexOf(name, at + 4, 'latin1'))
    yield at + 4
}

interface Timed {
  readonly scale: number
  readonly duration: number
}

/** How many units a second has, and how many units all of it is. */
function timed(heads: Buffer, name: string): readonly Timed[] {
  return [...found(heads, name)].map((at) => {
    const long = heads[at] === 1
    const scale = uint32(heads, at + (long ? 20 : 12))
    return { scale, duration: long ? uint64(heads, at + 24) : unknownAsNone(uint32(heads, at + 16)) }
  })
}

/** All ones are a length that is not known yet. */
function unknownAsNone(value: number): number {
  return value === 0xffff_ffff ? 0 : value
}

/** Tables that together have more entries than there are bytes lie over each other, and take for ever to read. */
function isOverlapping(heads: Buffer): boolean {
  const tables = ['stts', 'elst', 'trun'].flatMap((name) => [...found(heads, name)])
  return tables.length > MAX_ATOMS || sum(tables.map((at) => entriesAt(heads, at))) > heads.length
}

/** Runs of samples that are all alike have no entries. */
function entriesAt(heads: Buffer, at: number): number {
  const isAlike = heads.toString('latin1', at - 4, at) === 'trun' && !(uint32(heads, at) & 0xf00)
  return isAlike ? 0 : uint32(heads, at + 4)
}

/** Of as many as a file has room for, which no call takes as arguments. */
function most(values: readonly number[]): number {
  return values.reduce((so, value) => Math.max(so, value), 0)
}

function least(values: readonly number[]): number {
  return values.reduce((so, value) => Math.min(so, value), Number.POSITIVE_INFINITY)
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

/** How many samples there are, by the tables that say how long each is, or how many bytes; and how long they are by those. */
function sampled(heads: Buffer, scale: number): { readonly count: number; readonly seconds: number } {
  let [byTime, bySize, units, fragments] = [0, 0, 0, 0]
  for (const at of found(heads, 'stts')) {
    const entries = uint32(heads, at + 4)
    for (let entry = 0; entry < entries; entry += 1) {
      const count = uint32(heads, at + 8 + entry * 8)
      byTime += count
      units += count * uint32(heads, at + 12 + entry * 8)
    }
  }
  for (const at of found(heads, 'stsz')) bySize += uint32(heads, at + 8)
  for (const at of found(heads, 'stz2')) bySize += uint32(heads, at + 8)
  for (const at of found(heads, 'trun')) fragments += uint32(heads, at + 4)
  const count = Math.max(byTime, bySize) + fragments
  return { count, seconds: units / scale + fragmentSeconds(heads, scale) }
}

/** Of fragments: what each says of when it begins, and of how long each of its samples is. */
function fragmentSeconds(heads: Buffer, scale: number): number {
  let [latest, units] = [0, 0]
  for (const at of found(heads, 'tfdt'))
    latest = Math.max(latest, heads[at] === 1 ? uint64(heads, at + 4) : uint32(heads, at + 4))
  const usual = [...found(heads, 'trex')].map((at) => uint32(heads, at + 12))
  for (const at of found(heads, 'tfhd')) usual.push(...usualIn(heads, at))
  const each = most(usual)
  for (const at of found(heads, 'trun')) units += runUnits(heads, at, each)
  return (latest + units) / scale
}

/** https://developer.apple.com/documentation/quicktime-file-format/track_fragment_header_atom: flags say what is there. */
function usualIn(heads: Buffer, at: number): number[] {
  const flags = uint32(heads, at) & 0xff_ffff
  const before = (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0)
  return flags & 0x8 ? [uint32(heads, at + 8 + before)] : []
}

function runUnits(heads: Buffer, at: number, each: number): number {
  const flags = uint32(heads, at) & 0xff_ffff
  const count = uint32(heads, at + 4)
  if (!(flags & 0x100)) return count * each
  const width = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4
  const first = at + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  let units = 0
  for (let sample = first; sample < Math.min(first + count * width, heads.length); sample += width)
    units += uint32(heads, sample)
  return units
}

/** Lists of what is played when can play the same part again and again. */
function editedSeconds(heads: Buffer, scale: number): number {
  let units = 0
  for (const at of found(heads, 'elst')) {
    const long = heads[at] === 1
    const width = long ? 20 : 12
    const end = Math.min(at + 8 + uint32(heads, at + 4) * width, heads.length)
    for (let edit = at + 8; edit + 8 <= end; edit += width)
      units += long ? uint64(heads, edit) : uint32(heads, edit)
  }
  return units / scale
}

/** Of all descriptions of sound the slowest rate at which frames are played; undefined where one is of anything but AAC. */
function slowestRate(heads: Buffer): number | undefined {
  const rates = [...found(heads, 'esds')].map((at) => aacRate(heads.subarray(at + 4, at + 4 + 64)))
  return rates.length > 0 && rates.every((rate) => rate !== undefined) ? least(rates as number[]) : undefined
}

/** A descriptor in a descriptor in a descriptor: ISO/IEC 14496-1, 7.2.6, and 14496-3, 1.6.2.1. */
function aacRate(descriptor: Buffer): number | undefined {
  const outer = inside(descriptor, 0, 0x03)
  if (outer === undefined || (descriptor[outer + 2] ?? 0xff) & 0xe0) return undefined
  const config = inside(descriptor, outer + 3, 0x04)
  if (config === undefined || descriptor[config] !== AAC_OBJECT) return undefined
  const own = inside(descriptor, config + 13, 0x05)
  if (own === undefined || own + 2 > descriptor.length) return undefined
  const bits = descriptor.readUInt16BE(own)
  return AAC_TYPES.has(bits >> 11) ? AAC_RATES[(bits >> 7) & 15] : undefined
}

/** Where the content of a descriptor begins that is at a place: behind its size, of seven bits a byte. */
function inside(bytes: Buffer, at: number, tag: number): number | undefined {
  if (bytes[at] !== tag) return undefined
  let next = at + 1
  while ((bytes[next] ?? 0) & 0x80 && next < at + 4) next += 1
  return next + 1
}

function uint32(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0
}

function uint64(bytes: Buffer, at: number): number {
  return uint32(bytes, at) * 2 ** 32 + uint32(bytes, at + 4)
}
