const MIN_LENGTH = 8
const MAX_LENGTH = 2_000

/** Less says too little to be told apart, and more says more than a vector can. UTF-16 units. */
export function hasOddLength(text: string): boolean {
  return text.length < MIN_LENGTH || text.length > MAX_LENGTH
}
