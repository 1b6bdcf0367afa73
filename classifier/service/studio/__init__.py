"""Studio: data sets that people record and label in the browser, each a folder that TrainModel.py reads as it is."""
