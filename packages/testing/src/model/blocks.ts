import type { Piece } from '../text.ts'

/** A run of what the model says that a dialect puts in one place: thoughts, a text, a call of a tool. */
export interface Block {
  readonly kind: 'thought' | 'text' | 'call'
  /** Of a call: its arguments. Thoughts that are not shown have none. */
  readonly text: string
  /** Of a call: the function. */
  readonly name: string
  /** Its place among all blocks of the answer. */
  readonly index: number
}

/** Where a piece stands in its block. */
export interface Place {
  readonly block: Block
  readonly first: boolean
  readonly last: boolean
}

/** What the model has said, in blocks. */
export function blocksOf(said: readonly Piece[]): readonly Block[] {
  return runsOf(said).map(blockOf)
}

function placesOf(said: readonly Piece[]): readonly Place[] {
  return runsOf(said).flatMap((run, index) => {
    const block = blockOf(run, index)
    return run.map((_, at) => ({ block, first: at === 0, last: at === run.length - 1 }))
  })
}

/**
 * Finds the place of each piece as it is generated, in their order. Of thoughts that a client is not told of, and that are
 * not among what it is told, there is none.
 */
export function placeFinder(told: readonly Piece[]): (piece: Piece) => Place | undefined {
  const places = placesOf(told)
  const tellsThoughts = told.some(({ thought }) => thought)
  let found = 0
  return ({ thought }) => {
    if (thought && !tellsThoughts) return undefined
    found += 1
    return places[found - 1]
  }
}

/** Arguments as an object; a model that was cut in the middle of them has given none. */
export function argumentsOf({ text }: Block): object | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function runsOf(said: readonly Piece[]): readonly (readonly Piece[])[] {
  const runs: Piece[][] = []
  for (const piece of said) {
    const before = runs.at(-1)
    if (before && kindOf(before[0]!) === kindOf(piece) && piece.tool?.opens === undefined) before.push(piece)
    else runs.push([piece])
  }
  return runs
}

function blockOf(run: readonly Piece[], index: number): Block {
  const [first] = run
  const kind = kindOf(first!)
  const spoken = kind === 'call' ? run.slice(1) : run
  const text = spoken.map((piece) => piece.text).join('')
  return { kind, text, name: first!.tool?.opens ?? '', index }
}

function kindOf({ thought, tool }: Piece): Block['kind'] {
  if (tool) return 'call'
  return thought ? 'thought' : 'text'
}
