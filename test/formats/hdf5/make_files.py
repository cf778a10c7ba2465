"""Makes the files in `files` with h5py and PyTables: python3 make_files.py (h5py 3.7, HDF5 1.10, PyTables 3.7, Blosc 1.21).

All of them but the samples of SHD hold the same events: event i is at START + 37 i + i // 7 microseconds, at
x = 7 i % 346, y = 5 i % 260, and ON where i % 3 is 0.
"""
import os
import h5py
import numpy as np
import tables

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'files')
COUNT = 200
i = np.arange(COUNT)
T = 37 * i + i // 7
X = 7 * i % 346
Y = 5 * i % 260
P = (i % 3 == 0).astype('u1')


def h5(name, **options):
    return h5py.File(os.path.join(FOLDER, name), 'w', **options)


# DSEC's types and places; gzip and shuffle in place of Blosc, in chunks of different lengths.
with h5('dsec-gzip.h5') as f:
    for name, values, dtype, chunk in (('p', P, 'u1', 64), ('t', T, 'u4', 50), ('x', X, 'u2', 33), ('y', Y, 'u2', 200)):
        f.create_dataset(f'events/{name}', data=values.astype(dtype), chunks=(chunk,), compression='gzip', shuffle=True)
    f['t_offset'] = np.int64(1_000_000)
    f['ms_to_idx'] = np.searchsorted(T, np.arange(0, T[-1] + 1, 1000)).astype('u8')

# Blosc: each of its compressors that is read, with bytes and bits shuffled; so many events that there is something to do.
j = np.arange(3000)
for name, filters in (
    ('blosc-zstd.h5', dict(complib='blosc:zstd', complevel=5, shuffle=True)),
    ('blosc-lz4-bits.h5', dict(complib='blosc:lz4', complevel=5, bitshuffle=True)),
    ('blosc-blosclz.h5', dict(complib='blosc:blosclz', complevel=9, shuffle=True)),
    ('blosc-zlib.h5', dict(complib='blosc:zlib', complevel=5, shuffle=False)),
):
    with tables.open_file(os.path.join(FOLDER, name), 'w') as f:
        group = f.create_group('/', 'events')
        columns = (('p', j % 3 == 0, 'u1'), ('t', 37 * j + j // 7, 'u4'), ('x', 7 * j % 346, 'u2'), ('y', 5 * j % 260, 'u2'))
        for column, values, dtype in columns:
            f.create_carray(group, column, obj=values.astype(dtype), chunkshape=(2000,), filters=tables.Filters(**filters))

records = np.zeros(COUNT, np.dtype({'names': ['x', 'y', 'p', 't'], 'formats': ['<u2', '<u2', '<i2', '<i8'],
                                    'offsets': [0, 2, 4, 8], 'itemsize': 16}))
records['x'], records['y'], records['p'], records['t'] = X, Y, P, 1_000_000 + T
for name, options in (('prophesee-plain.hdf5', {}), ('prophesee-gzip.hdf5', dict(chunks=(64,), compression='gzip', fletcher32=True))):
    with h5(name) as f:
        f.attrs['geometry'] = np.bytes_('346x260')
        f.attrs['version'] = np.bytes_('1.0')
        f.create_dataset('CD/events', data=records, **options)
        f.create_dataset('CD/indexes', data=np.zeros(2, [('id', '<u8'), ('ts', '<i8')]))

# OpenEB's triggers beside events: seven edges of input 6, in chunks.
triggers = np.zeros(7, np.dtype({'names': ['p', 't', 'id'], 'formats': ['<i2', '<i8', '<i2'], 'offsets': [0, 8, 16], 'itemsize': 24}))
triggers['p'], triggers['t'], triggers['id'] = np.arange(7) % 2, 1_000_000 + 1000 * np.arange(7), 6
with h5('prophesee-triggers.hdf5') as f:
    f.attrs['geometry'] = np.bytes_('346x260')
    f.create_dataset('CD/events', data=records, chunks=(64,), compression='gzip')
    f.create_dataset('EXT_TRIGGER/events', data=triggers, chunks=(4,), compression='gzip')

# Chunks of few rows: what is told from content is told from more than the first one. In MATLAB's, 2 is first ON behind row 150.
with h5('small-chunks.h5') as f:
    f.create_dataset('events', data=np.stack([1_000_000 + T, X, Y, P], axis=1).astype('u4'), chunks=(1, 4))
with h5('matlab-small-chunks.mat', userblock_size=512) as f:
    for name, values in (('x', X + 1), ('y', Y + 1), ('p', (i > 150) + 1), ('ts', 1_000_000 + T)):
        f.create_dataset(f'TD/{name}', data=values[None].astype('f8'), chunks=(1, 7))
with open(os.path.join(FOLDER, 'matlab-small-chunks.mat'), 'r+b') as f:
    f.write(b'MATLAB 7.3 MAT-file'.ljust(124) + b'\x00\x02IM')

# What v2e and others write beside events.
with h5('beside.h5') as f:
    f.create_dataset('events', data=np.stack([1_000_000 + T, X, Y, P], axis=1).astype('u4'))
    f['frame'] = np.zeros((1, 4, 4), 'u1')
    f['frame_ts'] = np.zeros(1, 'u4')

# MVSEC: seconds since 1970 in double precision; 0.25 us are less than they resolve.
with h5('mvsec.hdf5') as f:
    for side, shift in (('left', 0), ('right', 1)):
        matrix = np.stack([X + shift, Y, 1_504_645_177 + T / 1e6, np.where(P == 1, 1, -1)], axis=1)
        f.create_dataset(f'davis/{side}/events', data=matrix, chunks=(48, 1), compression='lzf', shuffle=True)

# Tonic's DiskCachedDataset: a sample of a data set as its readers give it, and its class; arrays are compressed by LZF.
sample = np.zeros(COUNT, [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '?')])
sample['x'], sample['y'], sample['t'], sample['p'] = X, Y, 1_000_000 + T, P
with h5('tonic-cache.hdf5') as f:
    f.create_dataset('data/0', data=sample, compression='lzf')
    f.create_dataset('target/0', data=7)

# v2e: whole microseconds in a matrix without names.
with h5('v2e.h5') as f:
    f.create_dataset('events', data=np.stack([1_000_000 + T, X, Y, P], axis=1).astype('u4'), chunks=(100, 4), maxshape=(None, 4), compression='gzip')

# Columns by other names, big-endian, in a contiguous and a compact dataset, in the newest form of the file.
with h5('columns-latest.h5', libver='latest') as f:
    f['events/ts'] = (1_000_000 + T).astype('>i8')
    f['events/xs'] = X.astype('>i2')
    f['events/ys'] = Y.astype('f4')
    f['events/ps'] = P.astype('?')
    f.attrs['width'], f.attrs['height'] = 346, 260

# Indexes of chunks of the newest form: one chunk, a fixed array, an extensible array.
with h5('chunks-latest.h5', libver='latest') as f:
    f.create_dataset('events/t', data=1_000_000 + T, chunks=(COUNT,), compression='gzip')
    f.create_dataset('events/x', data=X, chunks=(16,), compression='gzip')
    f.create_dataset('events/y', data=Y, chunks=(16,), maxshape=(None,), compression='gzip')
    f.create_dataset('events/p', data=P, chunks=(1,), maxshape=(None,))

# Seconds from 0 on; columns 4 x N, as MATLAB's N x 4 are.
with h5('seconds-transposed.h5') as f:
    f.create_dataset('events', data=np.stack([T / 1e6, X, Y, P]))

# SHD: sequences of times in half precision, of units in 16 bits.
with h5('shd.h5') as f:
    times, units = ([[0.0, 0.015625, 0.0625, 0.5], [0.03125]], [[3, 699, 0, 20], [7]])
    for name, rows, dtype in (('times', times, 'f2'), ('units', units, 'u2')):
        data = f.create_dataset(f'spikes/{name}', (2,), dtype=h5py.vlen_dtype(np.dtype(dtype)))
        for row, values in enumerate(rows):
            data[row] = np.array(values, dtype)
    f['labels'] = np.array([4, 11], 'u2')

# MATLAB 7.3: a block of text in front, columns 1 x N, coordinates from 1 and polarities 1 and 2.
path = os.path.join(FOLDER, 'matlab.mat')
with h5py.File(path, 'w', userblock_size=512) as f:
    for name, values in (('x', X + 1), ('y', Y + 1), ('p', P + 1), ('ts', 1_000_000 + T)):
        data = f.create_dataset(f'TD/{name}', data=values.astype('f8').reshape(-1, 1))
        data.attrs['MATLAB_class'] = np.bytes_('double')
with open(path, 'r+b') as f:
    f.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64'.ljust(124) + b'\x00\x02IM')
