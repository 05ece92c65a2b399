import { readFileSync } from 'node:fs'

/** Two questions, and whether people say that they ask the same. */
export interface LabelledPair {
  readonly question1: string
  readonly question2: string
  readonly isDuplicate: boolean
}

/** What the fields of a pair may be called: as Quora's set has them, or as GPTCache's copy of it. */
const NAMES = {
  question1: ['question1', 'text_a'],
  question2: ['question2', 'text_b'],
  isDuplicate: ['is_duplicate', 'label'],
} as const

/**
 * Read labelled pairs, in the order of their file, which is taken for that of time: tab-separated with a line of names first,
 * JSON Lines, or one JSON list; fields `question1`, `question2`, and `is_duplicate` as 1 or 0. Other fields are passed over.
 *
 * @throws Error that names the first line which is no pair.
 */
export function readPairs(path: string): readonly LabelledPair[] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  const rows = /^\s*\[/.test(text)
    ? listed(path, text)
    : /^\s*\{/.test(text)
      ? lines(path, text)
      : tabbed(text)
  if (rows.length === 0) throw new Error(`${path} has no pairs`)
  return rows.map(({ at, row }) => pairOf(row) ?? refuse(path, at))
}

interface Row {
  readonly at: number
  readonly row: Readonly<Record<string, unknown>>
}

function listed(path: string, text: string): readonly Row[] {
  const list = parsed(text) as readonly Row['row'][] | undefined
  if (!list) throw new Error(`${path} begins as a JSON list, and is none`)
  return list.map((row, index) => ({ row, at: index + 1 }))
}

function lines(path: string, text: string): readonly Row[] {
  return linesOf(text).map(({ line, at }) => ({ at, row: (parsed(line) as Row['row']) ?? refuse(path, at) }))
}

function tabbed(text: string): readonly Row[] {
  const [head, ...rest] = linesOf(text)
  const names = head?.line.split('\t') ?? []
  return rest.map(({ line, at }) => {
    const fields = line.split('\t')
    return { at, row: Object.fromEntries(names.map((name, index) => [name.trim(), fields[index]])) }
  })
}

function linesOf(text: string): { readonly line: string; readonly at: number }[] {
  const all = text.split(/\r?\n/).map((line, index) => ({ line, at: index + 1 }))
  return all.filter(({ line }) => line.trim() !== '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function pairOf(row: Row['row'] | null): LabelledPair | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  const field = (name: keyof typeof NAMES) =>
    NAMES[name].map((one) => row[one]).find((one) => one !== undefined)
  const [question1, question2] = [field('question1'), field('question2')]
  const isDuplicate = LABELS.get(String(field('isDuplicate')).trim())
  if (typeof question1 !== 'string' || typeof question2 !== 'string' || isDuplicate === undefined)
    return undefined
  if (question1.trim() === '' || question2.trim() === '') return undefined
  return { question1, question2, isDuplicate }
}

const LABELS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
])

function refuse(path: string, at: number): never {
  throw new Error(
    `${path}:${at} is no labelled pair: question1, question2 and is_duplicate (1 or 0) are needed, tab-separated below a line of these names, or as JSON`,
  )
}
