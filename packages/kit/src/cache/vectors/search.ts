import type { Matrix } from './matrix.ts'
import { cosine, type Vector } from './quantise.ts'

/** A row of a matrix that is near a query. */
export interface Hit {
  readonly row: number
  readonly score: number
}

/** The rows nearest to a query, best first; of equals the one that lies first. */
export function searchMatrix(matrix: Matrix, query: Vector, most: number): readonly Hit[] {
  return matrix.count <= matrix.exactRows ? exactly(matrix, query, most) : bySigns(matrix, query, most)
}

function exactly(matrix: Matrix, query: Vector, most: number): readonly Hit[] {
  const dots = matrix.dots(query)
  const best: Hit[] = []
  for (let row = 0; row < dots.length; row += 1) {
    const score = cosine(dots[row]!, matrix.squareOf(row), query.square)
    if (best.length < most || score > best.at(-1)!.score) insert(best, { row, score }, most)
  }
  return best
}

function bySigns(matrix: Matrix, query: Vector, most: number): readonly Hit[] {
  const { rows, dots } = matrix.nearest(query)
  const hits = rows.map((row, at) => ({
    row,
    score: cosine(dots[at]!, matrix.squareOf(row), query.square),
  }))
  return hits.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, most)
}

/** Put a hit behind all that are at least as good. */
function insert(best: Hit[], hit: Hit, most: number): void {
  let place = best.length
  while (place > 0 && best[place - 1]!.score < hit.score) place -= 1
  best.splice(place, 0, hit)
  if (best.length > most) best.pop()
}
