import { describe, expect, it } from '@jest/globals';
import { readStockFile } from './read-stock-file.ts';

const LEGACY = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\n';
const PRESENT = 'Title,URL handle,SKU,Price,Inventory quantity\n';

describe('stock files', () => {
  it('read the older dialect, passing over pictures and empty quantities', () => {
    const file = readStockFile(
      `\ufeff${LEGACY}mug,Mug,Size,S,MUG-S,5,10.00\nmug,,,L,MUG-L,,12.00\nmug,,,,,,\nmug,,Size,XL,MUG-XL,0,12.00\n`,
    );
    expect(file).toEqual({
      code: 'read',
      dialect: 'shopify_legacy',
      rows: [
        { row: 2, sku: 'MUG-S', quantity: 5 },
        { row: 5, sku: 'MUG-XL', quantity: 0 },
      ],
      faults: [],
    });
  });

  it('read the present dialect, with quotes, line breaks and semicolons inside cells', () => {
    const file = readStockFile(`${PRESENT}"Big\nmug; ""blue""",mug,MUG-1,10.00,7\n\nCup,cup,CUP-1,3.00,2\n`);
    expect(file).toMatchObject({
      dialect: 'shopify',
      rows: [
        { row: 2, sku: 'MUG-1', quantity: 7 },
        { row: 4, sku: 'CUP-1', quantity: 2 },
      ],
    });
  });

  it('tell every fault with its row', () => {
    const file = readStockFile(
      `${PRESENT}A,a,A-1,1.00,1.5\nB,b,B-1,1.00,-1\nC,c,,1.00,3\nD,d,D-1,1.00\nE,e,E-1,1.00,4\nE,e,E-1,1.00,5\nF,f,F-1,1,two\n`,
    );
    expect(file).toMatchObject({ code: 'read', rows: [{ sku: 'E-1', quantity: 4 }] });
    expect(file.code === 'read' && file.faults.map(({ row, column }) => [row, column])).toEqual([
      [2, 'Inventory quantity'],
      [3, 'Inventory quantity'],
      [4, 'SKU'],
      [5, ''],
      [7, 'SKU'],
      [8, 'Inventory quantity'],
    ]);
  });

  it.each([
    ['', 'missing'],
    ['a,b\n1,2\n', 'missing'],
    [`${PRESENT}"never closed,x,y,1,2\n`, 'Quote'],
    ['SKU,SKU,Inventory quantity\n1,2,3\n', 'twice'],
  ])('refuse what cannot be read: %j', (text, reason) => {
    const file = readStockFile(text);
    expect(file.code === 'unreadable' && file.message).toContain(reason);
  });

  it('take away the apostrophe that keeps spreadsheets from reading formulas', () => {
    expect(readStockFile(`${PRESENT}x,x,'=1+1,1.00,1\n`)).toMatchObject({ rows: [{ sku: '=1+1' }] });
    expect(readStockFile(`${PRESENT}x,x,'quoted,1.00,1\n`)).toMatchObject({ rows: [{ sku: "'quoted" }] });
  });
});
