/** How input is counted: by o200k, as a token every four bytes of the body, or by a function of the parsed body. */
export type CountInput = 'o200k' | 'bytes' | ((body: unknown) => number)
