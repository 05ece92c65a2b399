import { find, read } from './sources.ts'

/** A page of documentation, taken apart. */
export interface Page {
  /** From the repository's root: `docs/stages/identify.md`. */
  readonly path: string
  readonly text: string
  /** Targets of its links. */
  readonly links: readonly string[]
  /** What links can name after a `#`. */
  readonly anchors: ReadonlySet<string>
  readonly tables: readonly Table[]
  readonly blocks: readonly Block[]
}

export interface Table {
  /** The first cell of its head. */
  readonly title: string
  /** The cells of each row, as written. */
  readonly rows: readonly (readonly string[])[]
}

/** A fenced block, and the one that follows it at once. */
export interface Block {
  readonly language: string
  readonly code: string
  readonly next: Omit<Block, 'next'> | undefined
}

export function pages(...patterns: readonly string[]): Page[] {
  return find(...patterns).map((path) => {
    const text = read(path)
    const prose = text.replace(FENCE, '')
    return {
      path,
      text,
      links: Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target),
      anchors: new Set(Array.from(prose.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => anchorOf(heading))),
      tables: Array.from(prose.matchAll(TABLE), ([, head = '', rows = '']) => ({
        title: cellsOf(head)[0] ?? '',
        rows: rows.trimEnd().split('\n').map(cellsOf),
      })),
      blocks: blocksOf(text),
    }
  })
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm
const TABLE = /^(\|.*\|)\n\|[-|: ]+\|\n((?:\|.*\|\n)+)/gm

/** A bar inside of backticks is escaped, as GitHub wants it. */
function cellsOf(row: string): string[] {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1)
  return cells.map((cell) => cell.trim())
}

/** As GitHub makes them: https://docs.github.com/en/get-started/writing-on-github */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function blocksOf(text: string): Block[] {
  const found = [...text.matchAll(FENCE)]
  const plain = found.map(([, language = '', code = '']) => ({ language, code }))
  return plain.map((block, at) => {
    const [here, after] = [found[at]!, found[at + 1]]
    const between = after && text.slice(here.index + here[0].length, after.index)
    return { ...block, next: between?.trim() === '' ? plain[at + 1] : undefined }
  })
}
