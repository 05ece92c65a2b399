import { parseJson } from '../json.ts'
import type { FormPart } from '../multipart.ts'
import { namedIn } from './named-in.ts'

/**
 * What the requests of a batch name, which come as a file with one of them a line:
 * https://platform.openai.com/docs/guides/batch. Undefined for a form that brings anything else, or that is not all such lines.
 */
export function namedInRequestFile(parts: readonly FormPart[], bytes: Buffer): readonly string[] | undefined {
  const purposes = parts.filter(({ name }) => name === 'purpose')
  const files = parts.filter(({ name }) => name === 'file')
  const [purpose, file] = [purposes[0], files[0]]
  if (!purpose || !file || purposes.length + files.length > 2) return undefined
  if (bytes.toString('utf8', purpose.start, purpose.end) !== 'batch') return undefined
  const lines = bytes.toString('utf8', file.start, file.end).split(/\r\n|[\n\r\u2028\u2029\u0085]/)
  const requests = lines.filter((line) => line.trim() !== '')
  if (!requests.every((line) => parseJson(line) !== undefined)) return undefined
  return [...new Set(requests.flatMap(namedIn))]
}
