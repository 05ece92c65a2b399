/** Kilobits a second of layer III, by the index in the head of a frame: ISO/IEC 11172-3, and 13818-3 for lower rates of samples. */
const MPEG_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const MPEG_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

/** Bytes a second of the frame that begins here; undefined where none of layer III does, or it names no bit rate. */
export function mp3Rate(bytes: Buffer): number | undefined {
  const [first = 0, second = 0, third = 0] = bytes
  // Eleven bits of ones, then the version, then layer III.
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined
  const rates = (second & 0x18) === 0x18 ? MPEG_1 : MPEG_2
  const kilobits = rates[third >> 4] || undefined
  return kilobits && (kilobits * 1_000) / 8
}
