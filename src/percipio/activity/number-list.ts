// A list of numbers that grows to millions without ever being copied while it grows.

/** Numbers a segment: 8 MiB. */
const segmentLength = 1024 * 1024;

/** Takes numbers one by one, and gives them as one array at the end. */
export class NumberList {
  readonly #full: Float64Array<ArrayBuffer>[] = [];
  #segment = new Float64Array(1024);
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
    this.#segment = new Float64Array(1024);
    this.#used = 0;
    return all;
  }

  #grow(): void {
    if (this.#used < segmentLength) {
      // The first segment grows up to full size, so that a small report takes little.
      const bytes = Math.min(this.#used * 4, segmentLength) * Float64Array.BYTES_PER_ELEMENT;
      this.#segment = new Float64Array(this.#segment.buffer.transfer(bytes));
      return;
    }
    this.#full.push(this.#segment);
    this.#segment = new Float64Array(segmentLength);
    this.#used = 0;
  }
}
