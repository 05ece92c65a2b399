type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }

/** Fields without those that are undefined: whoever reads them next has defaults of its own for what was not stated. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(stated) as Defined<Fields>
}
