// A list of numbers that grows to millions without ever being copied while it grows.

/** How many numbers there is room for at first, so that a small report takes little. */
const lengthAtFirst = 1024;

/** The first segment grows so often and by so much, until it is as long as all others: 8 MiB. */
const growths = 5;
const growthFactor = 4;
const segmentLength = lengthAtFirst * growthFactor ** growths;

/** Takes numbers one by one, and gives them as one array at the end. */
export class NumberList {
  readonly #full: Float64Array<ArrayBuffer>[] = [];
  #segment = new Float64Array(lengthAtFirst);
  #used = 0;

  get length(): number {
    return this.#full.length * segmentLength + this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#segment.length) this.#grow();
    this.#segment[this.#used] = value;
    this.#used += 1;
  }

  /** All numbers, in their order. The list is empty afterwards; memory for them is held about once, not twice. */
  drain(): Float64Array<ArrayBuffer> {
    const all = new Float64Array(this.length);
    this.#full.push(this.#segment.subarray(0, this.#used));
    let position = 0;
    for (const segment of this.#full) {
      all.set(segment, position);
      position += segment.length;
      // Frees the segment at once, where the garbage collector would wait.
      segment.buffer.transfer(0);
    }
    this.#full.length = 0;
    this.#segment = new Float64Array(lengthAtFirst);
    this.#used = 0;
    return all;
  }

  #grow(): void {
    if (this.#used < segmentLength) {
      const bytes = this.#used * growthFactor * Float64Array.BYTES_PER_ELEMENT;
      this.#segment = new Float64Array(this.#segment.buffer.transfer(bytes));
      return;
    }
    this.#full.push(this.#segment);
    this.#segment = new Float64Array(segmentLength);
    this.#used = 0;
  }
}
