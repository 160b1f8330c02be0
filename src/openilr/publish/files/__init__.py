"""The other forms of a data set: a workbook (ODS, XLSX) in the accessible layout, Parquet, and CSVW metadata."""
