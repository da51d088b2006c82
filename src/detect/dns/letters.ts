/**
 * How much a label reads like a word that people chose: the mean of how often each pair of neighbouring letters occurs
 * in names of software packages and English text, against chance. Words and brands lie above 0 (one in a hundred below
 * −0.6), random letters around −2.6 (nine in ten below −1), measured over 5,000 each of 7 to 24 letters.
 */

/**
 * Row: first letter, column: second, a to z. The binary logarithm of how much likelier than chance (1/676) the pair is,
 * plus 6, within 0 … 9. Counted over 429,137 words of package names and as many of English prose.
 */
const PAIRS = [
  '37884572635878170889654363',
  '73337311650712640652710140',
  '73537318537721920758620140',
  '74469443711532720552611140',
  '86886653483889575998466752',
  '63336600801510700634500050',
  '50218155910535520653610031',
  '71128100601232613529800030',
  '66877673234879862679360515',
  '40005000400020403090300000',
  '53147212510212320252300030',
  '84369322913831850276743060',
  '86228100821582771151540030',
  '83788682735436951289651042',
  '66793462546799770967766442',
  '72358135702831760887810040',
  '00000000000400000100600000',
  '83669451826565841677663170',
  '64739417714654763489644160',
  '82639429931553880879604170',
  '58556570601867160777110511',
  '60208010700000400032300000',
  '60126015700105510550002000',
  '30304000400120250016100030',
  '43214320210545470254102001',
  '40005002300200300200000200',
] as const;
const CHANCE = 6;

const TABLE = Int8Array.from(PAIRS.join(''), (digit) => digit.charCodeAt(0) - 48 - CHANCE);

/** Below this a label of seven letters or more is called unreadable. */
export const UNREADABLE = -1;

/**
 * @param start index of the first character, end: index behind the last
 * @returns mean over the pairs of letters, −6 … 3; 0 where there is none
 */
export function readability(text: string, start = 0, end = text.length): number {
  let sum = 0;
  let pairs = 0;
  let before = -1;
  for (let i = start; i < end; i++) {
    const letter = text.charCodeAt(i) - 97;
    const isLetter = letter >= 0 && letter < 26;
    if (isLetter && before >= 0) {
      sum += TABLE[before * 26 + letter]!;
      pairs++;
    }
    before = isLetter ? letter : -1;
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/** Share of digits and of escaped octets (`\ddd`) that make a text unlike a name. */
const DIGITS = 0.2;
/** Changes between letter and digit for each character: 0.47 in hexadecimal digits, 0.30 in base32, less in `eu-west-12`. */
const TURNS = 0.2;
/** Few letters between digits give no pairs to judge. */
const LETTERS = 0.5;
const DIGIT = 1;
const LETTER = 2;
const ENCODED_LENGTH = 12;
/** Hexadecimal digits are letters in six of sixteen cases; a number has none. */
const FEWEST_LETTERS = 2;

/**
 * Whether text left of an owner's domain looks like data in disguise: octets that are no host name's, hexadecimal digits,
 * or base32 and base64 – and not like words, numbers or an address.
 */
export function looksEncoded(text: string, start: number, end: number): boolean {
  let digits = 0;
  let letters = 0;
  let turns = 0;
  let before = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) return true;
    const is = code >= 48 && code <= 57 ? DIGIT : code >= 97 && code <= 122 ? LETTER : 0;
    if (is === DIGIT) digits++;
    else if (is === LETTER) letters++;
    if (is + before === DIGIT + LETTER) turns++;
    before = is;
  }
  const length = digits + letters;
  if (length < ENCODED_LENGTH || letters < FEWEST_LETTERS) return false;
  if (digits / length >= DIGITS && turns / length >= TURNS) return true;
  return letters / length > LETTERS && readability(text, start, end) < UNREADABLE;
}
