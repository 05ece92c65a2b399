import { BlockList, isIP } from 'node:net'

/** Addresses and networks, to be asked whether one is among them. */
export interface AddressSet {
  has(address: string | undefined): boolean
}

/**
 * The addresses and networks that a list names, `10.0.0.0/8` or `2001:db8::1` for instance. An IPv4 address is found in the
 * form that a socket for both families gives it, `::ffff:10.0.0.1`, too.
 *
 * @throws RangeError with the text that names neither.
 */
export function addressSet(texts: readonly string[]): AddressSet {
  const list = new BlockList()
  for (const text of texts) add(list, text)
  return {
    has(address) {
      if (address === undefined) return false
      const plain = plainAddress(address)
      const version = isIP(plain)
      return version !== 0 && list.check(plain, familyOf(version))
    },
  }
}

/** Whether a text names an address or a network. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || address.includes('%')) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsOf(version))
}

function add(list: BlockList, text: string): void {
  if (!isNetwork(text)) throw new RangeError(`"${text}" is no address and no network: write 10.0.0.0/8`)
  const [address = '', bits] = text.split('/')
  const version = isIP(address)
  list.addSubnet(address, bits === undefined ? bitsOf(version) : Number(bits), familyOf(version))
}

const bitsOf = (version: number) => (version === 4 ? 32 : 128)
const familyOf = (version: number) => (version === 4 ? 'ipv4' : 'ipv6')

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An IPv4 address in its own form, however a socket has written it. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address
}
