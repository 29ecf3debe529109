/** GitHub's Markdown to blocks: headings, paragraphs, items, tables, code. Front matter is left out. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import type { Block, Blocks } from './block.ts';
import { linesOf } from './lines.ts';
import { markdownSegments, type MarkdownSegment } from './markdown-segments.ts';
import { parseHtml } from './parse-html.ts';
import { parseText } from './parse-text.ts';

type Node = ReturnType<typeof fromMarkdown>['children'][number];

const options = { extensions: [gfm({ singleTilde: false })], mdastExtensions: [gfmFromMarkdown()] };
/** The parser backtracks over every open bracket and mark and calls itself for every nested quote: what has more of them than people write is read as plain text. */
const maxMarks = 1_200;
const maxNesting = 40;
const marks = /[[\]*_~`]/g;
const nesting = /^(?:[ \t]*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s)))+/gm;
const deepIndent = /^[ \t]{80,}\S/m;

export function* parseMarkdown(text: string): Blocks {
  for (const segment of markdownSegments(withoutFrontMatter(text))) {
    if (segment.isPlain || isHostile(segment.text)) yield* parseText(segment.text, segment.firstLine);
    else yield parseSegment(segment);
  }
}

const frontMatter = /^\uFEFF?(---|\+\+\+)[ \t]*\n([\s\S]{0,65536}?)\n\1[ \t]*(?:\n|$)/;
const setting = /^["'\p{L}\p{N}_.$-]+\s*[:=](?:\s|$)/u;
/** Of YAML and TOML: what belongs to a setting is indented, listed or closes a bracket; some names have spaces. */
const besides = /^(?:\s|#|-\s|[[\]}]|$|[^:=]{1,60}[:=](?:\s|$))/;

/** Blank lines take its place, so that line numbers stay. A text between two rules is no front matter. */
function withoutFrontMatter(text: string): string {
  const [matter, , inner = ''] = frontMatter.exec(text) ?? [];
  const lines = inner.split('\n');
  if (matter === undefined || !lines.some((line) => setting.test(line))) return text;
  if (!lines.every((line) => setting.test(line) || besides.test(line))) return text;
  return matter.replace(/[^\n]+/g, '') + text.slice(matter.length);
}

function isHostile(text: string): boolean {
  if ((text.match(marks)?.length ?? 0) > maxMarks || deepIndent.test(text)) return true;
  for (const [prefix] of text.matchAll(nesting)) if (prefix.replace(/\s|\d/g, '').length > maxNesting) return true;
  return false;
}

function parseSegment({ text, firstLine }: MarkdownSegment): Block[] {
  const blocks: Block[] = [];
  const walk = new Walk(text, firstLine - 1, blocks);
  for (const node of fromMarkdown(text, options).children) walk.visit(node);
  return blocks;
}

class Walk {
  readonly #source: string;
  readonly #before: number;
  readonly #blocks: Block[];
  /** Of the item whose first paragraph comes next. */
  #mark: string | undefined;

  constructor(source: string, before: number, blocks: Block[]) {
    this.#source = source;
    this.#before = before;
    this.#blocks = blocks;
  }

  visit(node: Node): void {
    const line = this.#lineOf(node);
    if (node.type === 'heading') this.#blocks.push({ kind: 'heading', depth: node.depth, text: plain(node), line });
    else if (node.type === 'paragraph') this.#prose(inlineText(node), line);
    else if (node.type === 'code') this.#code(node.value, line + this.#fenceLines(node));
    else if (node.type === 'html') this.#html(node.value, line);
    else if (node.type === 'list') this.#list(node);
    else if (node.type === 'table') this.#table(node);
    else if ('children' in node) for (const child of node.children) this.visit(child as Node);
  }

  #table(table: Extract<Node, { type: 'table' }>): void {
    const lines = table.children.map((row) => ({
      text: row.children.map(plain).join(' | '),
      number: this.#lineOf(row),
    }));
    this.#blocks.push({ kind: 'table', lines, headed: true });
  }

  #list(list: Extract<Node, { type: 'list' }>): void {
    list.children.forEach((item, at) => {
      this.#mark = list.ordered === true ? `${String((list.start ?? 1) + at)}. ` : '- ';
      for (const child of item.children) this.visit(child);
      this.#mark = undefined;
    });
  }

  #prose(text: string, first: number): void {
    const lines = [...linesOf(text, first)];
    const mark = this.#mark;
    this.#mark = undefined;
    this.#blocks.push(mark === undefined ? { kind: 'prose', lines } : { kind: 'prose', lines, mark });
  }

  #code(value: string, first: number): void {
    this.#blocks.push({ kind: 'code', lines: [...linesOf(value, first)] });
  }

  #html(value: string, first: number): void {
    for (const blocks of parseHtml(value, first)) this.#blocks.push(...blocks);
  }

  #lineOf({ position }: Pick<Node, 'position'>): number {
    return this.#before + (position?.start.line ?? 1);
  }

  #fenceLines(node: Node): number {
    return /[`~]/.test(this.#source[node.position?.start.offset ?? 0] ?? '') ? 1 : 0;
  }
}

/** Text with its line breaks, so that a line of it is a line of the source; a tag is a gap, not a joint. */
function inlineText(node: { children: readonly unknown[] }): string {
  return (node.children as Node[])
    .map((child) => {
      if (child.type === 'break') return '\n';
      if (child.type === 'html') return ' ';
      return 'children' in child ? inlineText(child) : toString(child);
    })
    .join('');
}

/** On one line, without tags. */
const plain = (node: unknown): string => toString(node, { includeHtml: false }).replace(/\s+/g, ' ').trim();
