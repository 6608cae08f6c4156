import UNICODE_CONFUSABLES from 'unhomoglyph/data.json' with { type: 'json' }

const PRODUCT_NAME = 'Postern'

/** Scripts with letters that look like those of another; `а` of one and `a` of the other in one word are a disguise. */
const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Lisu}/u,
]

/** Unicode's own table of what looks alike (UTS #39 §4), a character to what it is read as. */
const UNICODE: Readonly<Record<string, string>> = UNICODE_CONFUSABLES

/** What looks alike besides, once accents and case are gone; that table tells small from capital letters. */
const CONFUSABLES = new Map(
  Object.entries({
    ...spell('a', 'аαɑ@'),
    ...spell('b', 'вьβƀ'),
    ...spell('c', 'сϲ'),
    ...spell('d', 'ԁđ'),
    ...spell('e', 'еєε'),
    ...spell('f', 'ƒ'),
    ...spell('g', 'ɡց'),
    ...spell('h', 'нһħհ'),
    ...spell('i', 'іιıɩ'),
    ...spell('j', 'јϳ'),
    ...spell('k', 'кκĸ'),
    ...spell('l', 'ӏłƚ1|ℓ'),
    ...spell('m', 'мμ'),
    ...spell('n', 'пηŋո'),
    ...spell('o', 'оοσøօ0'),
    ...spell('p', 'рρ'),
    ...spell('q', 'ԛ'),
    ...spell('r', 'гʀ'),
    ...spell('s', 'ѕ$'),
    ...spell('t', 'тτŧ'),
    ...spell('u', 'υսʋ'),
    ...spell('v', 'νѵ'),
    ...spell('w', 'ωԝш'),
    ...spell('x', 'хχ'),
    ...spell('y', 'уγ'),
    ...spell('z', 'ζ'),
  }),
)
/** Two letters that are read as one. */
const LIGATURES: readonly [string, string][] = [
  ['rn', 'm'],
  ['vv', 'w'],
]

/** Names that people trust already. */
export interface ProtectedNames {
  /** This deployment's own. No app may begin with one either. */
  deployment: readonly string[]
  /** Of apps that others run. */
  apps: readonly string[]
}

export function deploymentNames(issuer: string): string[] {
  return [PRODUCT_NAME, new URL(issuer).host]
}

/**
 * Why a name could be taken for another. It finds disguises of the letters: other scripts, accents, case, spaces,
 * punctuation, `0` for `o`, and whatever Unicode's table of confusables has. It does not find a different wording.
 */
export function findImitationProblem(name: string, { deployment, apps }: ProtectedNames): string | undefined {
  if (wordsOf(name).some(mixesScripts)) {
    return 'A word of the name mixes letters of different scripts that look alike.'
  }
  if (deployment.some((own) => beginsLike(name, own))) return 'The name looks like one of this service itself.'
  if (apps.some((app) => looksLike(name, app))) return 'The name looks like that of another app.'
  return undefined
}

function mixesScripts(word: string): boolean {
  return LOOKALIKE_SCRIPTS.filter((script) => script.test(word)).length > 1
}

function wordsOf(name: string): string[] {
  return name.normalize('NFKC').split(/[^\p{L}\p{M}\p{N}]+/u)
}

function beginsLike(name: string, own: string): boolean {
  const words = name.split(/\s+/)
  return words.some((_, index) => looksLike(words.slice(0, index + 1).join(' '), own))
}

function looksLike(name: string, other: string): boolean {
  const readings = readingsOf(other)
  return readingsOf(name).some((reading) => readings.includes(reading))
}

/** A capital I is read as i or as l, and nobody sees which; letters look alike as they are, or once they are small. */
function readingsOf(name: string): string[] {
  const spellings = [name, name.replaceAll('I', 'l')]
  return [...spellings, ...spellings.map((spelling) => spelling.toLowerCase())].map(skeletonOf)
}

/** What is left of a name for the eye. One without letters is taken as it is. */
function skeletonOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '')
  const read = Array.from(plain, (character) => UNICODE[character] ?? character)
    .join('')
    .toLowerCase()
  const letters = Array.from(read, (character) => CONFUSABLES.get(character) ?? character).join('')
  // Before two letters are read as one: a hair space between them would keep them apart for us, and for nobody else.
  const stripped = letters.replaceAll(/[^\p{L}\p{N}]/gu, '')
  return LIGATURES.reduce((text, [pair, one]) => text.replaceAll(pair, one), stripped) || plain.toLowerCase()
}

function spell(letter: string, lookalikes: string): Record<string, string> {
  return Object.fromEntries(Array.from(lookalikes, (lookalike) => [lookalike, letter]))
}
